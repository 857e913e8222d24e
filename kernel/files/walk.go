package files

import "skerry/kernel/errno"

// Walk finds what a path names, from a directory if the path is relative.
func (t *Tree) Walk(at Node, path []byte) (Node, int64) {
	if len(path) == 0 {
		return none, errno.ENOENT
	}
	if path[0] == '/' {
		at = Root
	}
	for more := true; more; {
		if !t.Directory(at) {
			return none, errno.ENOTDIR
		}
		var name []byte
		var e int64
		name, path, more = cutName(path)
		if at, e = t.step(at, name); e < 0 {
			return none, e
		}
	}
	return at, 0
}

// WalkParent finds the directory that a path's last name is in, whether or not there is something
// of that name. The name keeps the slashes behind it: it must be a directory's then.
func (t *Tree) WalkParent(at Node, path []byte) (dir Node, name []byte, e int64) {
	start := len(trim(path))
	for start > 0 && path[start-1] != '/' {
		start--
	}
	switch {
	case len(path) == 0:
		return none, nil, errno.ENOENT
	case start > 0:
		at, e = t.Walk(at, path[:start])
	}
	switch {
	case e < 0:
		return none, nil, e
	case !t.Directory(at):
		return none, nil, errno.ENOTDIR
	}
	return at, path[start:], 0
}

// trim returns a path without the slashes at its end.
func trim(path []byte) []byte {
	for len(path) > 0 && path[len(path)-1] == '/' {
		path = path[:len(path)-1]
	}
	return path
}

// step goes from a directory to what one name in it says; the empty one, between slashes and at
// the end, to itself.
func (t *Tree) step(dir Node, name []byte) (Node, int64) {
	switch {
	case len(name) == 0 || len(name) == 1 && name[0] == '.':
		return dir, 0
	case len(name) == 2 && name[0] == '.' && name[1] == '.':
		return t.parent(dir), 0
	case len(name) > NameMax:
		return none, errno.ENAMETOOLONG
	}
	child, ok := t.child(dir, name)
	if !ok {
		return none, errno.ENOENT
	}
	return child, 0
}

// cutName returns a path's first name and what follows the slash behind it, if there is one.
func cutName(path []byte) (name, rest []byte, slash bool) {
	for i := range path {
		if path[i] == '/' {
			return path[:i], path[i+1:], true
		}
	}
	return path, nil, false
}
