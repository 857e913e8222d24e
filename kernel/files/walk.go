package files

import "skerry/kernel/errno"

// Place is what a path names: a node, or None, and the directory that it is in, or would be.
type Place struct {
	Dir, Node Node
	Name      []byte // the last one of the path
	Slash     bool   // one follows it: it must be a directory's
}

// Walk finds what a path names, from a directory if the path is relative. It returns the place also
// if all but the last name was found, with ENOENT, or a slash follows what is no directory.
func (t *Tree) Walk(from Node, path []byte) (Place, int64) {
	if len(path) == 0 {
		return Place{}, errno.ENOENT
	}
	w := Place{Dir: from, Node: from}
	if path[0] == '/' {
		w = Place{Dir: Root, Node: Root}
	}
	for len(path) > 0 {
		size := 0
		for size < len(path) && path[size] != '/' {
			size++
		}
		switch {
		case w.Node == None:
			if size == 0 {
				break
			}
			return Place{}, errno.ENOENT
		case !t.Directory(w.Node):
			return Place{}, errno.ENOTDIR
		case size > NameMax:
			return Place{}, errno.ENAMETOOLONG
		case size > 0:
			w.Dir, w.Name = w.Node, path[:size]
			w.Node = t.step(w.Dir, w.Name)
		}
		w.Slash = size < len(path)
		path = path[min(size+1, len(path)):]
	}
	switch {
	case w.Node == None:
		return w, errno.ENOENT
	case w.Slash && !t.Directory(w.Node):
		return w, errno.ENOTDIR
	}
	return w, 0
}

// step goes from a directory to what one name in it says.
func (t *Tree) step(dir Node, name []byte) Node {
	switch {
	case !isDots(name):
		return t.child(dir, name)
	case len(name) == 2 && t.parent(dir) != None:
		return t.parent(dir)
	}
	return dir
}

func isDots(name []byte) bool {
	return len(name) > 0 && len(name) <= 2 && name[0] == '.' && name[len(name)-1] == '.'
}

// child returns the entry of a directory with a name, or None.
func (t *Tree) child(dir Node, name []byte) Node {
	for n, its, next := t.Next(dir, 0); n != None; n, its, next = t.Next(dir, next) {
		if Equal(its, name) {
			return n
		}
	}
	return None
}

// Next returns the first entry of a directory at or after a position, and the position after it.
func (t *Tree) Next(dir Node, position uint64) (child Node, name []byte, next uint64) {
	for n := Node(max(position, uint64(temporary))); n < t.end; n++ {
		if s := t.at(n); s.Mode != 0 && t.parent(n) == dir {
			return n, bytesAt(s.Name, s.NameBytes), uint64(n) + 1
		}
	}
	return None, nil, max(position, uint64(t.end))
}

// Equal tells whether two texts are the same. Go's own comparison has instructions that not every
// machine has in ring 0.
func Equal[A, B string | []byte](a A, b B) bool {
	for i := 0; len(a) == len(b); i++ {
		if i == len(a) {
			return true
		}
		if a[i] != b[i] {
			break
		}
	}
	return false
}
