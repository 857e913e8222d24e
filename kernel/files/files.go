// Package files is the tree of files that an instance sees: the image's, which it can only read,
// with the directories that their names imply; and /tmp, which it can write, in page frames of its
// core. There are no links and no permissions: an instance is alone with its tree.
package files

import (
	"skerry/kernel/manifest"
	"skerry/kernel/paging"
	"skerry/kernel/phys"
)

// Tree is the whole. Its owner sets the exported fields once, then calls Init.
type Tree struct {
	Memory    *phys.Memory
	Frames    *phys.Frames
	Manifest  *manifest.Manifest
	FramesMax uint64 // that what is written may take

	pages paging.Tables // see place
	zeros phys.Addr     // what holes read as
	end   Node          // from here on, all slots are free
	slot  [slotsMax]slot
}

// Node names a file or directory: by its slot. It serves as inode number too.
type Node uint64

// None is no node. Root is the directory at the top, which is in itself.
const (
	None Node = iota
	Root
	temporary // /tmp
)

// slot is a file or directory: first those of the manifest, then the instance's own.
type slot struct {
	manifest.File        // its mode is 0 in a free slot, its parent None when its name was removed
	holds         uint64 // while there are any, it outlives its name
	modified      uint64 // nanoseconds from 1970
}

// Init takes the image's files, and makes /tmp empty. It returns false if there was no memory for
// that.
func (t *Tree) Init(now uint64) bool {
	root, ok := t.Frames.Take()
	if !ok {
		return false
	}
	t.pages = paging.Tables{Root: root, Memory: t.Memory, Frames: t.Frames, Invalidate: unused}
	for i := range t.Manifest.Files {
		t.slot[i+1].File = t.Manifest.File[i]
	}
	t.end = Node(t.Manifest.Files) + 1
	t.slot[temporary].modified = now
	t.zeros = t.newPage(nameOf(None))
	return t.zeros != 0
}

// unused is for tables that no processor uses.
func unused(uint64) {}

// make makes something of the instance's own, or returns None if there is no room.
func (t *Tree) make(dir Node, name []byte, mode, now uint64) Node {
	n := Node(t.Manifest.Files) + 1
	for n < slotsMax && t.slot[n].Mode != 0 {
		n++
	}
	if n == slotsMax {
		return None
	}
	frame := t.newPage(nameOf(n))
	if frame == 0 {
		return None
	}
	t.Memory.Store(frame, name)
	t.slot[n] = slot{modified: now, File: manifest.File{Parent: uint64(dir), Name: uint64(frame),
		NameBytes: uint64(len(name)), Mode: mode}}
	t.end = max(t.end, n+1)
	return n
}

func (t *Tree) at(n Node) *slot { return &t.slot[n%slotsMax] }

// parent returns the directory that a node is in, or None if its name was removed.
func (t *Tree) parent(n Node) Node { return Node(t.at(n).Parent) }

// Used returns how many frames the tree has, with those of its tables.
func (t *Tree) Used() uint64 { return 1 + t.pages.Used() }

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
		t.pages.Unmap(place(n, 0), place(n+1, 0))
		t.pages.Unmap(nameOf(n), nameOf(n+1))
		*s = slot{}
	}
}

// Directory tells whether a node is one.
func (t *Tree) Directory(n Node) bool { return t.at(n).Mode&modeDirectory != 0 }

// Writable tells whether a node can be changed.
func (t *Tree) Writable(n Node) bool { return n == temporary || n > Node(t.Manifest.Files) }

// Size returns how many bytes a file has.
func (t *Tree) Size(n Node) uint64 { return t.at(n).Bytes }
