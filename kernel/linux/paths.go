package linux

import (
	"skerry/kernel/drivercall"
	"skerry/kernel/errno"
	"skerry/kernel/files"
	"skerry/kernel/thread"
)

// Flags of openat and its relatives.
const (
	openCreate    = 0x40
	openExclusive = 0x80
	openTruncate  = 0x200
	openDirectory = 0x1_0000
	openTemporary = 0x40_0000
	removeDir     = 0x200
	emptyPath     = 0x1000
	fromRoot      = 0xffff_ff9c // AT_FDCWD, as 32 bits; the working directory is the root
)

const nullName = "/dev/null"

// loadPath copies a path that ends in a zero. The process may change its own meanwhile: windows are
// shared with other cores.
func (p *Process) loadPath(to *[pathMax]byte, at uint64) ([]byte, int64) {
	size := uint64(0)
	for size < pathMax {
		chunk := p.Space.Slice(at+size, pathMax-size)
		if chunk == nil {
			return nil, errno.EFAULT
		}
		for _, c := range chunk {
			if c == 0 {
				return to[:size], 0
			}
			to[size%pathMax] = c
			size++
		}
	}
	return nil, errno.ENAMETOOLONG
}

// base returns the directory that relative paths of a call begin at. A bad one matters only to
// those, so for others the root does.
func (p *Process) base(fd uint64, path []byte) (files.Node, int64) {
	if uint32(fd) == fromRoot || len(path) > 0 && path[0] == '/' {
		return files.Root, 0
	}
	o, _ := p.file(fd)
	switch {
	case o == nil:
		return files.Root, errno.EBADF
	case o.kind != regular:
		return files.Root, errno.ENOTDIR
	}
	return o.node, 0
}

// find returns what a descriptor and a path name.
func (p *Process) find(fd, at uint64) (files.Node, int64) {
	path, e := p.loadPath(&p.path, at)
	if e < 0 {
		return files.Root, e
	}
	base, e := p.base(fd, path)
	if e < 0 {
		return files.Root, e
	}
	return p.Files.Walk(base, path)
}

// findParent returns the directory that a name is in, or will be.
func (p *Process) findParent(fd uint64, path []byte) (files.Node, []byte, int64) {
	base, e := p.base(fd, path)
	if e < 0 {
		return files.Root, nil, e
	}
	return p.Files.WalkParent(base, path)
}

func (p *Process) openat(th *thread.Thread) int64 {
	f := &th.Frame
	path, e := p.loadPath(&p.path, f.SI)
	if e < 0 {
		return e
	}
	switch {
	case isName(path, drivercall.Bell):
		return p.openBell(f.DX)
	case isName(path, nullName):
		return p.openAs(null, f.DX)
	}
	node, e := p.lookup(f.DI, path, f.DX, uint32(f.R10))
	if e < 0 {
		return e
	}
	i, ok := p.newOpen(regular, f.DX)
	if !ok {
		return errno.EMFILE
	}
	p.open[i].node = node
	p.Files.Hold(node)
	return p.describe(i, 0)
}

// lookup finds or makes what openat opens.
func (p *Process) lookup(fd uint64, path []byte, flags uint64, mode uint32) (files.Node, int64) {
	base, e := p.base(fd, path)
	if e < 0 {
		return base, e
	}
	node, e := p.Files.Walk(base, path)
	if e == errno.ENOENT && flags&openCreate != 0 {
		dir, name, e := p.Files.WalkParent(base, path)
		if e < 0 {
			return dir, e
		}
		return p.Files.Create(dir, name, mode, false, p.wallTime())
	}
	writes := flags&accessMask != readOnly || flags&openTruncate != 0
	switch {
	case e < 0:
		return node, e
	case flags&(openCreate|openExclusive) == openCreate|openExclusive:
		return node, errno.EEXIST
	case p.Files.Directory(node) && (writes || flags&openCreate != 0):
		return node, errno.EISDIR
	case !p.Files.Directory(node) && flags&openDirectory != 0:
		return node, errno.ENOTDIR
	case writes && !node.Writable():
		return node, errno.EROFS
	case flags&openTruncate != 0:
		return node, p.Files.Truncate(node, 0, p.wallTime())
	}
	return node, 0
}

// openAs opens something that is no file of Files.
func (p *Process) openAs(k kind, flags uint64) int64 {
	i, ok := p.newOpen(k, flags)
	if !ok {
		return errno.EMFILE
	}
	return p.describe(i, 0)
}

// openBell opens the bell, which one open file can be at a time.
func (p *Process) openBell(flags uint64) int64 {
	if p.bell != 0 {
		return errno.EBUSY
	}
	fd := p.openAs(bell, flags&^accessMask|readOnly)
	if fd >= 0 {
		p.bell = uint64(p.descriptor[fd])
	}
	return fd
}

func isName(path []byte, name string) bool {
	if len(path) != len(name) {
		return false
	}
	for i := range path {
		if path[i] != name[i] {
			return false
		}
	}
	return true
}

func (p *Process) mkdirat(th *thread.Thread) int64 {
	f := &th.Frame
	switch _, e := p.find(f.DI, f.SI); {
	case e == 0:
		return errno.EEXIST
	case e != errno.ENOENT:
		return e
	}
	path, _ := p.loadPath(&p.path, f.SI)
	dir, name, e := p.findParent(f.DI, path)
	if e < 0 {
		return e
	}
	_, e = p.Files.Create(dir, name, uint32(f.DX), true, p.wallTime())
	return e
}

func (p *Process) unlinkat(th *thread.Thread) int64 {
	node, e := p.find(th.Frame.DI, th.Frame.SI)
	if e < 0 {
		return e
	}
	return p.Files.Remove(node, th.Frame.DX&removeDir != 0)
}

// renameat serves renameat2 too, without its flags.
func (p *Process) renameat(th *thread.Thread) int64 {
	f := &th.Frame
	const renameat2 = 316
	if f.AX == renameat2 && uint32(f.R8) != 0 {
		return errno.EINVAL
	}
	node, e := p.find(f.DI, f.SI)
	if e < 0 {
		return e
	}
	path, e := p.loadPath(&p.path, f.R10)
	if e < 0 {
		return e
	}
	dir, name, e := p.findParent(f.DX, path)
	if e < 0 {
		return e
	}
	return p.Files.Rename(node, dir, name)
}

// readlinkat finds no links.
func (p *Process) readlinkat(th *thread.Thread) int64 {
	if _, e := p.find(th.Frame.DI, th.Frame.SI); e < 0 {
		return e
	}
	return errno.EINVAL
}

// faccessat grants all but writing to what cannot be written.
func (p *Process) faccessat(th *thread.Thread) int64 {
	const wantsWrite = 2
	node, e := p.find(th.Frame.DI, th.Frame.SI)
	if e == 0 && th.Frame.DX&wantsWrite != 0 && !node.Writable() {
		return errno.EROFS
	}
	return e
}

func (p *Process) getcwd(th *thread.Thread) int64 {
	if th.Frame.SI < 2 {
		return errno.ERANGE
	}
	p.scratch[0], p.scratch[1] = '/', 0
	if !p.Space.CopyOut(th.Frame.DI, p.scratch[:2]) {
		return errno.EFAULT
	}
	return 2
}
