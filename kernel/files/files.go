// Package files is the tree of files that an instance sees: the image's, which it can only read,
// with the directories that their names imply; and /tmp, which it can write, in memory of its own.
// There are no links and no permissions: an instance is alone with its tree.
//
// What is written is in a range of addresses whose pages are zeros at first and take memory when
// they are touched. Each node has its room there, of layout.TemporaryBytes:
//
//	+0        its name
//	+256      its map: a bit for each page of its data that is in use; others are holes
//	+0x1_0000 its data, up to 1 GiB
//
// A hole reads as zeros, and is not touched for that.
package files

import "skerry/kernel/layout"

// Tree is the whole. Its owner sets the exported fields once, then calls Init.
type Tree struct {
	Image     uint64 // the address of an Image
	Temporary uint64 // that of the rooms

	Memory  func() (total, used uint64) // bytes that the instance has, and uses
	Discard func(start, size uint64)    // makes pages zeros, and gives their memory back

	files    Node   // of the image
	end      Node   // from here on, all slots are free
	pages    uint64 // in use, of all rooms and their tables
	pagesMax uint64
	slot     [slotsMax]slot
}

// Node names a file or directory: by its slot. It serves as inode number too.
type Node uint64

// None is no node. Root is the directory at the top, which is in itself.
const (
	None Node = iota
	Root
	temporary // /tmp
)

// slot is a file or directory: first those of the image, then the instance's own.
type slot struct {
	File            // its mode is 0 in a free slot, its parent None when its name was removed
	holds    uint64 // while there are any, it outlives its name
	modified uint64 // nanoseconds from 1970
	heads    uint64 // bit i: page i of the room, up to where its data begins, is in use
	pages    uint64 // in use, of its room and its tables
}

// Init takes the image's files, and makes /tmp empty.
func (t *Tree) Init(now uint64) {
	total, _ := t.Memory()
	t.pagesMax = total / layout.PageBytes / 2
	image := imageAt(t.Image)
	t.files = Node(min(image.Files, ImageMax))
	for i := range t.files {
		t.slot[i+1].File = image.File[i]
	}
	t.end = t.files + 1
	t.slot[temporary].modified = now
}

// make makes something of the instance's own, or returns None if there is no room.
func (t *Tree) make(dir Node, name []byte, mode, now uint64) Node {
	n := t.files + 1
	for n < slotsMax && t.slot[n].Mode != 0 {
		n++
	}
	if n == slotsMax || !t.takeHead(n, 0) {
		return None
	}
	s := t.at(n)
	s.File, s.modified = File{Parent: uint64(dir), Mode: mode}, now
	t.name(n, name)
	t.end = max(t.end, n+1)
	return n
}

// name gives a node its name.
func (t *Tree) name(n Node, name []byte) {
	s := t.at(n)
	s.Name, s.NameBytes = t.room(n), uint64(copy(bytesAt(t.room(n), NameMax), name))
}

func (t *Tree) at(n Node) *slot { return &t.slot[n%slotsMax] }

// parent returns the directory that a node is in, or None if its name was removed.
func (t *Tree) parent(n Node) Node { return Node(t.at(n).Parent) }

// Used returns how many pages have been written to, with their tables.
func (t *Tree) Used() uint64 { return t.pages }

// Hold keeps a node while a descriptor refers to it.
func (t *Tree) Hold(n Node) { t.at(n).holds++ }

// Drop ends a hold.
func (t *Tree) Drop(n Node) {
	t.at(n).holds--
	t.release(n)
}

// release frees a node that has neither name nor holders.
func (t *Tree) release(n Node) {
	if s := t.at(n); t.parent(n) == None && s.holds == 0 {
		t.pages -= s.pages
		t.Discard(t.room(n), layout.TemporaryBytes)
		*s = slot{}
	}
}

// Directory tells whether a node is one.
func (t *Tree) Directory(n Node) bool { return t.at(n).Mode&modeDirectory != 0 }

// Writable tells whether a node can be changed.
func (t *Tree) Writable(n Node) bool { return n == temporary || n > t.files }

// Size returns how many bytes a file has.
func (t *Tree) Size(n Node) uint64 { return t.at(n).Bytes }
