package files

import "skerry/kernel/phys"

// Node names a file or directory. It serves as inode number too.
//
//	bits 48..55  kind
//	bits 32..47  of an implied directory: how long its name is
//	bits 0..31   index: of a slot, of a file in the manifest, or, of an implied directory, of the
//	             first file below it, whose name begins with the directory's
type Node uint64

const (
	kindImplied   = 1
	kindImage     = 2
	kindTemporary = 3
)

const none Node = 0

// Root is the directory at the top.
const Root Node = kindImplied << 48

func implied(first, nameBytes uint64) Node {
	return Node(kindImplied<<48 | nameBytes<<32 | first)
}

func image(file uint64) Node { return Node(kindImage<<48 | file) }

func temporary(slot uint64) Node { return Node(kindTemporary<<48 | slot) }

func (n Node) kind() uint64 { return uint64(n) >> 48 }

func (n Node) nameBytes() uint64 { return uint64(n) >> 32 & 0xffff }

func (n Node) index() uint64 { return uint64(n) & 0xffff_ffff }

// Directory tells whether a node is one.
func (t *Tree) Directory(n Node) bool {
	return n.kind() == kindImplied ||
		n.kind() == kindTemporary && t.slot[n.index()].mode&modeDirectory != 0
}

// Writable tells whether a node can be changed.
func (n Node) Writable() bool { return n.kind() == kindTemporary }

// path returns the name of a file in the image: absolute and clean.
func (t *Tree) path(file uint64) []byte {
	f := &t.Manifest.File[file]
	return t.Memory.Bytes(phys.Addr(f.Name), f.NameBytes)
}

// parent returns the directory that a node is in; the root is in itself, as is what has no name.
func (t *Tree) parent(n Node) Node {
	var path []byte
	switch n.kind() {
	case kindTemporary:
		if p := t.slot[n.index()].parent; p != none {
			return p
		}
		return n
	case kindImage:
		path = t.path(n.index())
	default:
		if n == Root {
			return n
		}
		path = t.path(n.index())[:n.nameBytes()]
	}
	end := len(path) - 1
	for end > 0 && path[end] != '/' {
		end--
	}
	return t.directory(path[:max(end, 0)])
}

// directory returns the implied directory with a name that some file's begins with.
func (t *Tree) directory(path []byte) Node {
	for i := range t.Manifest.Files {
		if p := t.path(i); len(path) > 0 && len(p) > len(path) && p[len(path)] == '/' &&
			equal(p[:len(path)], path) {
			return implied(i, uint64(len(path)))
		}
	}
	return Root
}

func equal(a, b []byte) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}
