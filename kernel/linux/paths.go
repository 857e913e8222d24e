package linux

import (
	"skerry/kernel/drivercall"
	"skerry/kernel/errno"
	"skerry/kernel/files"
	"skerry/kernel/thread"
)

// Flags of openat.
const (
	openCreate    = 0x40
	openExclusive = 0x80
	openTruncate  = 0x200
	openDirectory = 0x1_0000
)

// base returns the directory that a relative path begins at. The working directory is the root.
func (p *Process) base(fd uint64, path []byte) (files.Node, int64) {
	const workingDirectory = 0xffff_ff9c // AT_FDCWD, as 32 bits
	if uint32(fd) == workingDirectory || len(path) > 0 && path[0] == '/' {
		return files.Root, 0
	}
	o := p.file(fd)
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
	path, e := p.loadPath(at)
	if e < 0 {
		return files.Root, e
	}
	base, e := p.base(fd, path)
	if e < 0 {
		return base, e
	}
	return p.Files.Walk(base, path)
}

// findParent returns the directory that a path's last name is in, or will be.
func (p *Process) findParent(fd, at uint64) (files.Node, []byte, int64) {
	path, e := p.loadPath(at)
	if e < 0 {
		return files.Root, nil, e
	}
	base, e := p.base(fd, path)
	if e < 0 {
		return base, nil, e
	}
	return p.Files.WalkParent(base, path)
}

func (p *Process) openat(th *thread.Thread) int64 {
	f := &th.Frame
	path, e := p.loadPath(f.SI)
	if e < 0 {
		return e
	}
	o := open{kind: regular, flags: f.DX}
	switch {
	case isName(path, "/dev/null"):
		o.kind = null
	case !isName(path, drivercall.Bell):
		if o.node, e = p.lookup(f.DI, f.SI, f.DX, uint32(f.R10)); e < 0 {
			return e
		}
	case p.bell != nil: // one open file at a time
		return errno.EBUSY
	default:
		o.kind, o.flags = bell, f.DX&^accessMask|readOnly
	}
	fd := p.create(o)
	switch {
	case fd < 0:
	case o.kind == regular:
		p.Files.Hold(o.node)
	case o.kind == bell:
		p.bell = p.file(uint64(fd))
	}
	return fd
}

// lookup finds or makes what openat opens.
func (p *Process) lookup(fd, at, flags uint64, mode uint32) (files.Node, int64) {
	create := flags&openCreate != 0
	node, e := p.find(fd, at)
	if e == errno.ENOENT && create {
		return p.make(fd, at, mode, false)
	}
	directory := p.Files.Directory(node)
	writes := flags&accessMask != readOnly || flags&openTruncate != 0
	switch {
	case e < 0:
		return node, e
	case create && flags&openExclusive != 0:
		return node, errno.EEXIST
	case directory && (writes || create):
		return node, errno.EISDIR
	case !directory && flags&openDirectory != 0:
		return node, errno.ENOTDIR
	case writes && !node.Writable():
		return node, errno.EROFS
	case flags&openTruncate != 0:
		e = p.Files.Truncate(node, 0, p.wallTime())
	}
	return node, e
}

// make makes a file or directory.
func (p *Process) make(fd, at uint64, mode uint32, directory bool) (files.Node, int64) {
	dir, name, e := p.findParent(fd, at)
	if e < 0 {
		return dir, e
	}
	return p.Files.Create(dir, name, mode, directory, p.wallTime())
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
	_, e := p.make(th.Frame.DI, th.Frame.SI, uint32(th.Frame.DX), true)
	return e
}

func (p *Process) unlinkat(th *thread.Thread) int64 {
	const removeDirectory = 0x200
	node, e := p.find(th.Frame.DI, th.Frame.SI)
	if e < 0 {
		return e
	}
	return p.Files.Remove(node, th.Frame.DX&removeDirectory != 0)
}

func (p *Process) renameat(th *thread.Thread) int64 {
	node, e := p.find(th.Frame.DI, th.Frame.SI)
	if e < 0 {
		return e
	}
	dir, name, e := p.findParent(th.Frame.DX, th.Frame.R10)
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

func (p *Process) getcwd(th *thread.Thread) int64 {
	if th.Frame.SI < 2 {
		return errno.ERANGE
	}
	return orFault(p.Space.CopyOut(th.Frame.DI, []byte{'/', 0}), 2)
}
