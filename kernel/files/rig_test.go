package files

import (
	"strings"
	"syscall"
	"testing"

	"skerry/kernel/layout"
)

const (
	page   = layout.PageBytes
	second = 1_000_000_000
)

// rig is a tree over memory of the machine that the test runs on, with files of an image.
type rig struct {
	testing.TB
	image []byte
	free  int    // bytes of image, from here on
	rooms []byte // those of all nodes
	total uint64 // bytes of memory that the instance has, and that it uses for other things
	other uint64
	Tree
}

func newRig(t testing.TB, names ...string) *rig {
	r := &rig{TB: t, free: 0x1_0000, total: 1 << 30}
	r.image = r.mmap(1 << 20)
	r.rooms = r.mmap(layout.TemporaryMax * layout.TemporaryBytes)
	r.Image, r.Temporary = addressOf(r.image), addressOf(r.rooms)
	r.Memory = func() (uint64, uint64) { return r.total, r.other + r.Used()*page }
	r.Discard = func(start, size uint64) {
		if err := syscall.Madvise(bytesAt(start, size), syscall.MADV_DONTNEED); err != nil {
			t.Fatalf("discard %#x %#x: %v", start, size, err)
		}
	}
	places := map[string]uint64{"": 1}
	r.add(places, "", File{Mode: 0o040555})
	r.add(places, "/tmp", File{Mode: 0o041777})
	for _, name := range names {
		for i := range name {
			if folder := name[:i]; name[i] == '/' && places[folder] == 0 {
				r.add(places, folder, File{Mode: 0o040555})
			}
		}
		r.add(places, name, File{Data: r.put("data of " + name), Bytes: uint64(len(name)) + 8,
			Mode: 0o100640})
	}
	r.Init(0)
	return r
}

// mmap returns memory that is zeros, and taken when it is touched.
func (r *rig) mmap(size int) []byte {
	const flags = syscall.MAP_PRIVATE | syscall.MAP_ANON | syscall.MAP_NORESERVE
	b, err := syscall.Mmap(-1, 0, size, syscall.PROT_READ|syscall.PROT_WRITE, flags)
	if err != nil {
		r.Fatal(err)
	}
	r.Cleanup(func() { syscall.Munmap(b) })
	return b
}

// add adds a file or folder to the image.
func (r *rig) add(places map[string]uint64, name string, f File) {
	image := imageAt(r.Image)
	end := max(strings.LastIndex(name, "/"), 0)
	base := strings.TrimPrefix(name[end:], "/")
	f.Parent, f.Name, f.NameBytes = places[name[:end]], r.put(base), uint64(len(base))
	image.File[image.Files] = f
	image.Files++
	places[name] = image.Files
}

// put puts text into the image, and returns where it is.
func (r *rig) put(s string) uint64 {
	copy(r.image[r.free:], s)
	r.free += len(s)
	return r.Image + uint64(r.free-len(s))
}

func (r *rig) make(path string, isDirectory bool) Node {
	r.Helper()
	n, e := r.Create(r.place(path), 0o644, isDirectory, 5*second)
	if e < 0 {
		r.Fatalf("%s: %d", path, e)
	}
	return n
}

// write writes to a file, all of it.
func (r *rig) write(n Node, offset uint64, text string) {
	r.Helper()
	if size, e := r.Write(n, offset, []byte(text), 0); e != 0 || size != uint64(len(text)) {
		r.Fatalf("wrote %d bytes, %d: want %d", size, e, len(text))
	}
}

// read returns what a file has from an offset on.
func (r *rig) read(n Node, offset, size uint64) string {
	b := []byte(strings.Repeat("?", int(size)))
	return string(b[:r.Read(n, offset, b)])
}

// place returns the place of a path, whether or not there is something.
func (r *rig) place(path string) Place {
	w, _ := r.Walk(Root, []byte(path))
	return w
}

// node returns what a path names.
func (r *rig) node(path string) Node { return r.place(path).Node }

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

// touched returns how many pages of the rooms take memory.
func (r *rig) touched() (pages uint64) {
	const most = 64 << 20 // of a room that tests use
	for n := range Node(slotsMax) {
		if s := r.at(n); s.Mode != 0 || n == slotsMax-1 {
			pages += resident(r.room(n), min(most, dataOffset+s.Bytes+page))
			pages += resident(r.room(n+1)-page, page)
		}
	}
	return pages
}
