package files

import (
	"strings"
	"testing"

	"skerry/kernel/errno"
	"skerry/kernel/manifest"
	"skerry/kernel/phys"
)

const (
	poolAt    = 0x1_0000
	poolPages = 1100
	page      = 4096
)

// rig is a tree over an arena, with files of the image.
type rig struct {
	memory   phys.Memory
	frames   phys.Frames
	manifest manifest.Manifest
	Tree
}

func newRig(t *testing.T, framesMax uint64, names ...string) *rig {
	r := &rig{memory: phys.Over(make([]byte, poolAt+poolPages*page))}
	at := uint64(page)
	put := func(s string) uint64 {
		r.memory.Store(phys.Addr(at), []byte(s))
		at += uint64(len(s))
		return at - uint64(len(s))
	}
	places := map[string]uint64{"": 1}
	add := func(name string, f manifest.File) {
		end := max(strings.LastIndex(name, "/"), 0)
		base := strings.TrimPrefix(name[end:], "/")
		f.Parent, f.Name, f.NameBytes = places[name[:end]], put(base), uint64(len(base))
		r.manifest.File[r.manifest.Files] = f
		r.manifest.Files++
		places[name] = r.manifest.Files
	}
	add("", manifest.File{Mode: 0o040555})
	add("/tmp", manifest.File{Mode: 0o041777})
	for _, name := range names {
		for i := range name {
			if folder := name[:i]; name[i] == '/' && places[folder] == 0 {
				add(folder, manifest.File{Mode: 0o040555})
			}
		}
		add(name, manifest.File{Data: put("data of " + name), Bytes: uint64(len(name)) + 8,
			Mode: 0o100640})
	}
	r.frames.Init(&r.memory, poolAt, poolAt+poolPages*page)
	r.Memory, r.Frames, r.Manifest, r.FramesMax = &r.memory, &r.frames, &r.manifest, framesMax
	if !r.Init(0) {
		t.Fatal("no frames for an empty tree")
	}
	return r
}

func (r *rig) make(t *testing.T, path string, isDirectory bool) Node {
	t.Helper()
	n, e := r.Create(r.place(path), 0o644, isDirectory, 5*second)
	if e < 0 {
		t.Fatalf("%s: %d", path, e)
	}
	return n
}

// place returns the place of a path, whether or not there is something.
func (r *rig) place(path string) Place {
	w, _ := r.Walk(Root, []byte(path))
	return w
}

// node returns what a path names.
func (r *rig) node(path string) Node { return r.place(path).Node }

const second = 1_000_000_000

// names returns the names in a directory, in their order; directories end in a slash.
func (r *rig) names(dir Node) string {
	var names []string
	for position := uint64(0); ; {
		child, name, next := r.Next(dir, position)
		if child == None {
			return strings.Join(names, " ")
		}
		position = next
		s := string(name)
		if r.Directory(child) {
			s += "/"
		}
		names = append(names, s)
	}
}

// Directories are where names of files imply them, and lead to their files by every path.
func TestImplied(t *testing.T) {
	r := newRig(t, 10, "/etc/hosts", "/a", "/etc/ssl/certs/x.pem", "/etcetera", "/etc/ssl/y")
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
	r := newRig(t, 10, "/d/f")
	f := r.node("/d/f")
	d := r.node("/d")
	tmp := r.node("/tmp")
	if got := string(r.Chunk(f, 5)); got != "of /d/f" || len(r.Chunk(f, 12)) != 0 {
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

// A file has holes that are zeros, grows to its limit, and gives all its frames back.
func TestFrames(t *testing.T) {
	const limit, tables = 20, 3 // a page may need that many
	r := newRig(t, limit)
	f := r.make(t, "/tmp/f", false)
	start := r.Used()
	n, e := r.Write(f, 5<<20+100, []byte("far"), 0)
	if n != 3 || e != 0 || r.Used() != start+1+tables {
		t.Errorf("wrote %d bytes, %d, frames %d: want 3, 0, 4 more", n, e, r.Used()-start)
	}
	if c := r.Chunk(f, 4096); len(c) != page || c[0] != 0 || r.Size(f) != 5<<20+103 {
		t.Errorf("a hole of %d bytes, size %d", len(c), r.Size(f))
	}
	r.Truncate(f, 5<<20+101, 0)
	r.Truncate(f, 5<<20+103, 0)
	if c := r.Chunk(f, 5<<20+100); string(c) != "f\x00\x00" {
		t.Errorf("%q after it was cut and grew: want f and zeros", c)
	}
	pages := uint64(0)
	for ; ; pages++ {
		if _, e := r.Write(f, pages*page, []byte("x"), 0); e != 0 {
			if e != errno.ENOSPC || r.Used() != limit-tables {
				t.Errorf("page %d: %d with %d frames: want %d with %d", pages, e, r.Used(),
					errno.ENOSPC, limit-tables)
			}
			break
		}
	}
	if _, e := r.Create(r.place("/tmp/g"), 0, false, 0); e != errno.ENOSPC {
		t.Errorf("a file without a frame: %d: want %d", e, errno.ENOSPC)
	}
	if e := r.Truncate(f, bytesMax+1, 0); e != errno.EFBIG {
		t.Errorf("too long: %d: want %d", e, errno.EFBIG)
	}
	r.Hold(f)
	if e := r.Remove(f, false); e != 0 || r.Used() != limit-tables {
		t.Errorf("removed while held: %d, %d frames: want 0, %d", e, r.Used(), limit-tables)
	}
	r.Drop(f)
	if r.Used() != start || r.frames.Used() != r.Used() { // a table stays
		t.Errorf("%d frames, %d of the pool: want %d", r.Used(), r.frames.Used(), start)
	}
}

// There is a limit to files, and a place that was freed is used again.
func TestSlots(t *testing.T) {
	r := newRig(t, poolPages)
	var last Node
	for i := 1; i < slotsMax-2; i++ { // no node, the root, /tmp
		last = r.make(t, "/tmp/"+strings.Repeat("x", i%200+1)+strings.Repeat("y", i/200), false)
	}
	if _, e := r.Create(r.place("/tmp/z"), 0, false, 0); e != errno.ENOSPC {
		t.Errorf("one too many: %d: want %d", e, errno.ENOSPC)
	}
	if e := r.Remove(last, false); e != 0 {
		t.Errorf("remove: %d", e)
	}
	if n := r.make(t, "/tmp/z", false); n != last {
		t.Errorf("the next is %#x: want the place of %#x", n, last)
	}
}

// A directory moves with what it has, but not into itself, and a removed one takes nothing more.
func TestDirectories(t *testing.T) {
	r := newRig(t, poolPages)
	a, b := r.make(t, "/tmp/a", true), r.make(t, "/tmp/a/b", true)
	r.make(t, "/tmp/a/b/f", false)
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
