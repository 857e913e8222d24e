package files

import "skerry/kernel/errno"

// Create makes a file or directory where Walk has found nothing.
func (t *Tree) Create(w Place, mode uint64, isDirectory bool, now uint64) (Node, int64) {
	kind := uint64(modeRegular)
	if isDirectory {
		kind = modeDirectory
	}
	switch {
	case w.Dir == None:
		return None, errno.ENOENT
	case w.Slash && !isDirectory:
		return None, errno.EISDIR
	case w.Node != None:
		return None, errno.EEXIST
	case !t.Writable(w.Dir):
		return None, errno.EROFS
	case t.parent(w.Dir) == None: // removed, but still open
		return None, errno.ENOENT
	}
	n := t.make(w.Dir, w.Name, kind|mode&0o7777, now)
	if n == None {
		return None, errno.ENOSPC
	}
	return n, 0
}

// Remove takes away the name of a file, or of an empty directory.
func (t *Tree) Remove(n Node, isDirectory bool) int64 {
	child, _, _ := t.Next(n, 0)
	switch {
	case t.Directory(n) && !isDirectory:
		return errno.EISDIR
	case !t.Directory(n) && isDirectory:
		return errno.ENOTDIR
	case !t.Writable(n):
		return errno.EROFS
	case n == temporary:
		return errno.EBUSY
	case child != None:
		return errno.ENOTEMPTY
	}
	t.at(n).Parent = uint64(None)
	t.release(n)
	return 0
}

// Rename gives a node another place, instead of what is there.
func (t *Tree) Rename(n Node, w Place) int64 {
	above := w.Dir
	for above != n && above > temporary {
		above = t.parent(above)
	}
	switch {
	case w.Dir == None:
		return errno.ENOENT
	case !t.Writable(n) || !t.Writable(w.Dir):
		return errno.EROFS
	case n == temporary || above == n:
		return errno.EINVAL
	case isDots(w.Name):
		return errno.EBUSY
	case w.Slash && !t.Directory(n):
		return errno.ENOTDIR
	case t.parent(w.Dir) == None:
		return errno.ENOENT
	case w.Node == n:
		return 0
	}
	if w.Node != None {
		if e := t.Remove(w.Node, t.Directory(n)); e < 0 {
			return e
		}
	}
	t.at(n).Parent = uint64(w.Dir)
	t.name(n, w.Name)
	return 0
}
