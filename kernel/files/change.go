package files

import "skerry/kernel/errno"

// Create makes a file or directory in a directory that has nothing of that name.
func (t *Tree) Create(dir Node, name []byte, mode uint32, isDirectory bool, now uint64) (
	Node, int64) {
	slashes := len(name)
	name = trim(name)
	slashes -= len(name)
	_, e := t.step(dir, name)
	switch {
	case slashes > 0 && !isDirectory:
		return none, errno.EISDIR
	case e == 0:
		return none, errno.EEXIST
	case e != errno.ENOENT:
		return none, e
	case !dir.Writable():
		return none, errno.EROFS
	case t.slot[dir.index()].parent == none: // removed, but still open
		return none, errno.ENOENT
	}
	kind := uint32(modeRegular)
	if isDirectory {
		kind = modeDirectory
	}
	for i := range t.slot {
		if t.slot[i].frame != 0 {
			continue
		}
		if !t.fill(uint64(i), dir, name, kind|mode&0o7777, now) {
			break
		}
		return temporary(uint64(i)), 0
	}
	return none, errno.ENOSPC
}

// Remove takes away the name of a file, or of an empty directory.
func (t *Tree) Remove(n Node, isDirectory bool) int64 {
	switch {
	case t.Directory(n) && !isDirectory:
		return errno.EISDIR
	case !t.Directory(n) && isDirectory:
		return errno.ENOTDIR
	case !n.Writable():
		return errno.EROFS
	case n == temporary(0):
		return errno.EBUSY
	case t.occupied(n):
		return errno.ENOTEMPTY
	}
	s := &t.slot[n.index()]
	s.parent = none
	t.release(s)
	return 0
}

func (t *Tree) occupied(dir Node) bool {
	_, _, _, ok := t.Next(dir, 0)
	return ok
}

// Rename gives a node another name, in place of what had it.
func (t *Tree) Rename(n, dir Node, name []byte) int64 {
	slashes := len(name)
	name = trim(name)
	slashes -= len(name)
	old, e := t.step(dir, name)
	switch {
	case !n.Writable() || !dir.Writable():
		return errno.EROFS
	case n == temporary(0) || t.within(dir, n):
		return errno.EINVAL
	case slashes > 0 && !t.Directory(n):
		return errno.ENOTDIR
	case t.slot[dir.index()].parent == none:
		return errno.ENOENT
	case old == n:
		return 0
	case e == 0:
		e = t.Remove(old, t.Directory(n))
	case e == errno.ENOENT:
		e = 0
	}
	if e < 0 {
		return e
	}
	s := &t.slot[n.index()]
	s.parent, s.nameBytes = dir, uint64(len(name))
	t.Memory.Store(s.frame, name)
	return 0
}

// within tells whether a directory is n or below it.
func (t *Tree) within(dir, n Node) bool {
	for dir.Writable() && dir != n {
		up := t.parent(dir)
		if up == dir {
			return false
		}
		dir = up
	}
	return dir == n
}
