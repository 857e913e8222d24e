package files

import (
	"strings"
	"testing"

	"skerry/kernel/errno"
)

// Directories are where names of files imply them, and lead to their files by every path.
func TestImplied(t *testing.T) {
	r := newRig(t, "/etc/hosts", "/a", "/etc/ssl/certs/x.pem", "/etcetera", "/etc/ssl/y")
	for path, want := range map[string]int64{
		"/": 0, "/etc": 0, "/etc/": 0, "//etc//ssl/": 0, "/etc/ssl/certs/x.pem": 0, ".": 0,
		"/etc/ssl/certs/../../hosts": 0, "/../../a": 0, "etc/./hosts": 0, "/tmp": 0,
		"": errno.ENOENT, "/e": errno.ENOENT, "/etce": errno.ENOENT, "/etc/host": errno.ENOENT,
		"/etc/hosts/": errno.ENOTDIR, "/etc/hosts/x": errno.ENOTDIR, "/a/..": errno.ENOTDIR,
		"/etc/no/../hosts": errno.ENOENT, "/tmp/x": errno.ENOENT,
		"/" + strings.Repeat("n", NameMax):   errno.ENOENT,
		"/" + strings.Repeat("n", NameMax+1): errno.ENAMETOOLONG,
	} {
		if _, e := r.Walk(Root, []byte(path)); e != want {
			t.Errorf("%q: %d: want %d", path, e, want)
		}
	}
	for path, want := range map[string]string{
		"/": "tmp/ etc/ a etcetera", "/etc": "hosts ssl/", "/etc/ssl": "certs/ y", "/tmp": "",
		"/etc/ssl/certs": "x.pem",
	} {
		n := r.node(path)
		if got := r.names(n); got != want {
			t.Errorf("%s has %q: want %q", path, got, want)
		}
		if back, _ := r.Walk(n, []byte("..")); path == "/etc/ssl" {
			if etc := r.node("/etc"); back.Node != etc {
				t.Errorf("%s/.. is %d: want %d", path, back.Node, etc)
			}
		}
	}
}

// What the image has can be read and not changed.
func TestReadOnly(t *testing.T) {
	r := newRig(t, "/d/f")
	f := r.node("/d/f")
	d := r.node("/d")
	tmp := r.node("/tmp")
	if got := r.read(f, 5, 100); got != "of /d/f" || r.read(f, 12, 1) != "" {
		t.Errorf("bytes from 5 on: %q: want of /d/f, and none after", got)
	}
	if s := r.Stat(f); s.Mode != 0o100640 || s.Size != 12 || s.Blocks != 1 {
		t.Errorf("stat of /d/f: %+v", s)
	}
	if s := r.Stat(d); s.Mode != 0o040555 {
		t.Errorf("mode of /d: %o: want 40555", s.Mode)
	}
	_, create := r.Create(r.place("/d/g"), 0o644, false, 0)
	_, again := r.Create(r.place("/d/f"), 0o644, false, 0)
	for i, got := range []int64{create, r.Remove(f, false), r.Remove(d, true),
		r.Rename(f, r.place("/tmp/f")), again, r.Remove(d, false), r.Remove(f, true),
		r.Remove(tmp, true), r.Rename(tmp, r.place("/tmp/x"))} {
		want := []int64{errno.EROFS, errno.EROFS, errno.EROFS, errno.EROFS, errno.EEXIST,
			errno.EISDIR, errno.ENOTDIR, errno.EBUSY, errno.EINVAL}[i]
		if got != want {
			t.Errorf("change %d: %d: want %d", i, got, want)
		}
	}
}

// A file has holes that are zeros and take no memory, also when they are read; it grows to its
// limit, and gives all its memory back.
func TestPages(t *testing.T) {
	r := newRig(t)
	const far = 5<<20 + 100
	wantPages := func(want uint64) {
		t.Helper()
		if touched := r.touched(); r.Used() != want+tablePages || touched != want {
			t.Errorf("%d pages, %d touched: want %d and tables", r.Used(), touched, want)
		}
	}
	f := r.make("/tmp/f", false)
	wantPages(1)
	r.write(f, far, "far")
	wantPages(2)
	if got := r.read(f, 4097, far); got != strings.Repeat("\x00", far-4097)+"far" {
		t.Errorf("read %d bytes of a hole and behind it: want zeros and far", len(got))
	}
	wantPages(2)
	r.Truncate(f, far+1, 0)
	r.Truncate(f, far+3, 0)
	if got := r.read(f, far, 10); got != "f\x00\x00" {
		t.Errorf("%q after it was cut and grew: want f and zeros", got)
	}
	r.Truncate(f, far-100, 0) // at the end of a page
	wantPages(1)
	r.Truncate(f, 40<<20, 0)
	if got := r.read(f, 0, 41<<20); got != strings.Repeat("\x00", 40<<20) {
		t.Errorf("read %d bytes of a hole: want 40 MiB of zeros", len(got))
	}
	wantPages(1)
	r.write(f, bytesMax-1, "!") // its page of the map is another one
	if got := r.read(f, bytesMax-1, 2); got != "!" || r.Used() != 5 {
		t.Errorf("at the end %q, %d pages: want !, 5", got, r.Used())
	}
	_, e := r.Write(f, bytesMax, nil, 0)
	if g := r.Truncate(f, bytesMax+1, 0); e != errno.EFBIG || g != errno.EFBIG {
		t.Errorf("too long: %d, %d: want %d", e, g, errno.EFBIG)
	}
	r.Hold(f)
	if e := r.Remove(f, false); e != 0 || r.Used() != 5 {
		t.Errorf("removed while held: %d, %d pages: want 0, 5", e, r.Used())
	}
	r.Drop(f)
	if again := r.make("/tmp/g", false); again != f || r.read(f, 0, 1) != "" {
		t.Errorf("the next file is %d, %q: want %d, empty", again, r.read(f, 0, 1), f)
	}
	wantPages(1)
}

// What is written takes half of the memory at most, and leaves some to others.
func TestNoMemory(t *testing.T) {
	for _, c := range []struct{ total, other, want uint64 }{
		{100 * page, 0, 0},
		{2000 * page, 0, 1000},
		{100*page + reserveBytes, 0, 100},
		{200*page + reserveBytes, 150 * page, 50},
	} {
		r := newRig(t)
		r.total, r.other = c.total, c.other
		r.Init(0)
		f, e := r.Create(r.place("/tmp/f"), 0, false, 0)
		if c.want == 0 {
			if e != errno.ENOSPC {
				t.Errorf("a file without memory: %d: want %d", e, errno.ENOSPC)
			}
			continue
		}
		text := []byte(strings.Repeat("x", int(c.want+5)*page))
		size, _ := r.Write(f, 10, text, 0)
		more, e := r.Write(f, 10+size, text, 0)
		_, g := r.Create(r.place("/tmp/g"), 0, false, 0)
		want := (c.want-1-tablePages)*page - 10
		if size != want || more != 0 || e != errno.ENOSPC || g != errno.ENOSPC {
			t.Errorf("%+v: wrote %d bytes, then %d, %d, then a file: %d: want %d, 0, %d, %d", c,
				size, more, e, g, want, errno.ENOSPC, errno.ENOSPC)
		}
		r.Truncate(f, 0, 0)
		if r.Used() != 1+tablePages || r.touched() != 1 {
			t.Errorf("%d pages, %d touched of an empty file: want 3, 1", r.Used(), r.touched())
		}
	}
}

// There is a limit to files, and a place that was freed is used again.
func TestSlots(t *testing.T) {
	r := newRig(t)
	var last Node
	for i := 1; i < slotsMax-2; i++ { // no node, the root, /tmp
		last = r.make("/tmp/"+strings.Repeat("x", i%200+1)+strings.Repeat("y", i/200), false)
	}
	if _, e := r.Create(r.place("/tmp/z"), 0, false, 0); e != errno.ENOSPC {
		t.Errorf("one too many: %d: want %d", e, errno.ENOSPC)
	}
	if e := r.Remove(last, false); e != 0 {
		t.Errorf("remove: %d", e)
	}
	if n := r.make("/tmp/z", false); n != last {
		t.Errorf("the next is %#x: want the place of %#x", n, last)
	}
}

// A directory moves with what it has, but not into itself, and a removed one takes nothing more.
func TestDirectories(t *testing.T) {
	r := newRig(t)
	a, b := r.make("/tmp/a", true), r.make("/tmp/a/b", true)
	r.make("/tmp/a/b/f", false)
	if e := r.Rename(a, r.place("/tmp/a/b/c")); e != errno.EINVAL {
		t.Errorf("into itself: %d: want %d", e, errno.EINVAL)
	}
	if e := r.Rename(b, r.place("/tmp/c")); e != 0 {
		t.Errorf("rename: %d", e)
	}
	if _, e := r.Walk(Root, []byte("/tmp/c/f")); e != 0 || r.names(a) != "" {
		t.Errorf("/tmp/c/f: %d; /tmp/a has %q: want nothing", e, r.names(a))
	}
	if e := r.Remove(b, true); e != errno.ENOTEMPTY {
		t.Errorf("remove: %d: want %d", e, errno.ENOTEMPTY)
	}
	r.Hold(a)
	inside := r.place("/tmp/a/x")
	r.Remove(a, true)
	if _, e := r.Create(inside, 0, false, 0); e != errno.ENOENT {
		t.Errorf("in a removed directory: %d: want %d", e, errno.ENOENT)
	}
	r.Drop(a)
}
