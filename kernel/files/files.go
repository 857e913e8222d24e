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
	slots uint64    // from here on, all are free
	slot  [slotsMax]slot
}

// slot is a file or directory in /tmp. The first is /tmp itself.
type slot struct {
	frame     phys.Addr // its name, then where its data is: see page; 0 in a free slot
	parent    Node      // none when its name was removed
	size      uint64
	mode      uint32
	holds     uint32 // while there are any, it outlives its name
	nameBytes uint64
	modified  uint64 // nanoseconds from 1970
}

// Init makes an empty /tmp. It returns false if there was no memory for that.
func (t *Tree) Init(now uint64) bool {
	frame, ok := t.take()
	if !ok {
		return false
	}
	t.zeros = frame
	name := [...]byte{'t', 'm', 'p'}
	return t.fill(0, Root, name[:], modeDirectory|0o1777, now)
}

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

// fill makes slot i a new file or directory. It returns false if there is no frame for it.
func (t *Tree) fill(i uint64, parent Node, name []byte, mode uint32, now uint64) bool {
	frame, ok := t.take()
	if !ok {
		return false
	}
	t.Memory.Store(frame, name)
	s := &t.slot[i]
	s.frame, s.parent, s.mode, s.modified = frame, parent, mode, now
	s.size, s.holds, s.nameBytes = 0, 0, uint64(len(name))
	t.slots = max(t.slots, i+1)
	return true
}

// release frees a slot that has neither name nor holders.
func (t *Tree) release(s *slot) {
	if s.parent != none || s.holds != 0 {
		return
	}
	t.cut(s, 0)
	t.put(s.frame)
	s.frame = 0
}

// Hold keeps a node while a descriptor refers to it.
func (t *Tree) Hold(n Node) {
	if n.kind() == kindTemporary {
		t.slot[n.index()].holds++
	}
}

// Drop ends a hold.
func (t *Tree) Drop(n Node) {
	if n.kind() == kindTemporary {
		s := &t.slot[n.index()]
		s.holds--
		t.release(s)
	}
}
