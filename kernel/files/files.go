// Package files is the tree of files that an instance sees: the image's, which it can only read,
// with the directories that their names imply; and /tmp, which it can write, in page frames of its
// core. There are no links and no permissions: an instance is alone with its tree.
package files

import (
	"skerry/kernel/manifest"
	"skerry/kernel/phys"
)

// Tree is the whole. Its owner sets the exported fields once, then calls Init.
type Tree struct {
	Memory    *phys.Memory
	Frames    *phys.Frames
	Manifest  *manifest.Manifest
	FramesMax uint64 // that /tmp may take

	used  uint64    // frames
	zeros phys.Addr // what holes read as
	end   Node      // from here on, all slots are free
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

// slot is a file or directory.
type slot struct {
	mode      uint32 // of struct stat; 0 in a free slot
	holds     uint32 // while there are any, it outlives its name
	parent    Node   // None when its name was removed
	name      phys.Addr
	nameBytes uint64
	size      uint64
	data      phys.Addr // of the image's: its bytes
	frame     phys.Addr // of what can be written: its name, then where its data is: see page
	modified  uint64    // nanoseconds from 1970
}

// Init makes the image's files, and an empty /tmp. It returns false if there was no room for that.
func (t *Tree) Init(now uint64) bool {
	frame, ok := t.take()
	t.zeros = frame
	t.add(slot{mode: modeDirectory | 0o555, parent: Root})
	name := [...]byte{'t', 'm', 'p'}
	if !ok || t.make(Root, name[:], modeDirectory|0o1777, now) != temporary {
		return false
	}
	for i := range t.Manifest.Files {
		if !t.addImage(&t.Manifest.File[i]) {
			return false
		}
	}
	return true
}

// addImage makes a file of the image, and the directories that it is in.
func (t *Tree) addImage(f *manifest.File) bool {
	path := t.Memory.Bytes(phys.Addr(f.Name), f.NameBytes) // absolute and clean
	dir, start := Root, 1
	for end := 1; end <= len(path); end++ {
		last := end == len(path)
		if !last && path[end] != '/' {
			continue
		}
		child := t.child(dir, path[start:end])
		switch {
		case child != None && last:
			return false
		case child == None:
			s := slot{mode: modeDirectory | 0o555, parent: dir, nameBytes: uint64(end - start),
				name: phys.Addr(f.Name) + phys.Addr(start)}
			if last {
				s.mode, s.size = modeRegular|uint32(f.Mode)&0o777, f.Bytes
				s.data = phys.Addr(f.Data)
			}
			child = t.add(s)
		}
		dir, start = child, end+1
	}
	return dir != None
}

// add fills a free slot, or returns None if there is none.
func (t *Tree) add(s slot) Node {
	for n := Root; n < slotsMax && s.parent != None; n++ {
		if t.slot[n].mode == 0 {
			t.slot[n], t.end = s, max(t.end, n+1)
			return n
		}
	}
	return None
}

// make makes something in /tmp, or returns None if there is no room.
func (t *Tree) make(dir Node, name []byte, mode uint32, now uint64) Node {
	frame, ok := t.take()
	if !ok {
		return None
	}
	t.Memory.Store(frame, name)
	n := t.add(slot{mode: mode, parent: dir, name: frame, nameBytes: uint64(len(name)),
		frame: frame, modified: now})
	if n == None {
		t.put(frame)
	}
	return n
}

func (t *Tree) at(n Node) *slot { return &t.slot[n%slotsMax] }

// Used returns how many frames /tmp has.
func (t *Tree) Used() uint64 { return t.used }

func (t *Tree) take() (phys.Addr, bool) {
	if t.used >= t.FramesMax {
		return 0, false
	}
	frame, ok := t.Frames.Take()
	if ok {
		t.used++
	}
	return frame, ok
}

func (t *Tree) put(frame phys.Addr) {
	t.Frames.Put(frame)
	t.used--
}

// Hold keeps a node while a descriptor refers to it.
func (t *Tree) Hold(n Node) { t.at(n).holds++ }

// Drop ends a hold.
func (t *Tree) Drop(n Node) {
	s := t.at(n)
	s.holds--
	t.release(s)
}

// release frees a slot that has neither name nor holders.
func (t *Tree) release(s *slot) {
	if s.parent == None && s.holds == 0 {
		t.cut(s, 0)
		t.put(s.frame)
		*s = slot{}
	}
}

// Directory tells whether a node is one.
func (t *Tree) Directory(n Node) bool { return t.at(n).mode&modeDirectory != 0 }

// Writable tells whether a node can be changed.
func (t *Tree) Writable(n Node) bool { return t.at(n).frame != 0 }

// Size returns how many bytes a file has.
func (t *Tree) Size(n Node) uint64 { return t.at(n).size }
