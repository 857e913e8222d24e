package linux

import (
	"skerry/kernel/drivercall"
	"skerry/kernel/errno"
	"skerry/kernel/files"
)

// Flags of openat.
const (
	openCreate    = 0x40
	openExclusive = 0x80
	openTruncate  = 0x200
	openDirectory = 0x1_0000
)

// find returns what a descriptor and a path name, as files.Walk. The working directory is the root.
func (p *Process) find(fd, at uint64) (files.Place, int64) {
	const workingDirectory = 0xffff_ff9c // AT_FDCWD, as 32 bits
	path, e := p.loadPath(at)
	if e < 0 {
		return files.Place{}, e
	}
	from := files.Root
	if uint32(fd) != workingDirectory && !(len(path) > 0 && path[0] == '/') {
		o := p.file(fd)
		switch {
		case o == nil:
			return files.Place{}, errno.EBADF
		case o.kind != regular:
			return files.Place{}, errno.ENOTDIR
		}
		from = o.node
	}
	return p.Files.Walk(from, path)
}

// loadPath copies a path that ends in a zero to p.path. Other threads may change it meanwhile.
func (p *Process) loadPath(at uint64) ([]byte, int64) {
	for i := range p.path {
		p.path[i] = load[byte](at + uint64(i))
		if p.path[i] == 0 {
			return p.path[:i], 0
		}
	}
	return nil, errno.ENAMETOOLONG
}

func (p *Process) openat(a *drivercall.Area) int64 {
	f := &a.Frame
	path, e := p.loadPath(f.SI)
	if e < 0 {
		return e
	}
	o := open{kind: regular, flags: f.DX}
	switch {
	case files.Equal(path, "/dev/null"):
		o.kind = null
	case files.Equal(path, "/dev/urandom"):
		o.kind = urandom
	case !files.Equal(path, drivercall.Bell):
		if o.node, e = p.lookup(f.DI, f.SI, f.DX, f.R10); e < 0 {
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
func (p *Process) lookup(fd, at, flags, mode uint64) (files.Node, int64) {
	create := flags&openCreate != 0
	w, e := p.find(fd, at)
	if e == errno.ENOENT && create {
		return p.Files.Create(w, mode, false, p.wallTime())
	}
	directory := p.Files.Directory(w.Node)
	writes := flags&accessMask != readOnly || flags&openTruncate != 0
	switch {
	case e < 0:
	case create && flags&openExclusive != 0:
		e = errno.EEXIST
	case directory && (writes || create):
		e = errno.EISDIR
	case !directory && flags&openDirectory != 0:
		e = errno.ENOTDIR
	case writes && !p.Files.Writable(w.Node):
		e = errno.EROFS
	case flags&openTruncate != 0:
		e = p.Files.Truncate(w.Node, 0, p.wallTime())
	}
	return w.Node, e
}

func (p *Process) mkdirat(a *drivercall.Area) int64 {
	w, e := p.find(a.Frame.DI, a.Frame.SI)
	if w.Dir != files.None {
		_, e = p.Files.Create(w, a.Frame.DX, true, p.wallTime())
	}
	return e
}

func (p *Process) unlinkat(a *drivercall.Area) int64 {
	const removeDirectory = 0x200
	w, e := p.find(a.Frame.DI, a.Frame.SI)
	if e < 0 {
		return e
	}
	return p.Files.Remove(w.Node, a.Frame.DX&removeDirectory != 0)
}

func (p *Process) renameat(a *drivercall.Area) int64 {
	from, e := p.find(a.Frame.DI, a.Frame.SI)
	if e < 0 {
		return e
	}
	to, e := p.find(a.Frame.DX, a.Frame.R10)
	if e < 0 && e != errno.ENOENT {
		return e
	}
	return p.Files.Rename(from.Node, to)
}

// readlinkat finds no links.
func (p *Process) readlinkat(a *drivercall.Area) int64 {
	if _, e := p.find(a.Frame.DI, a.Frame.SI); e < 0 {
		return e
	}
	return errno.EINVAL
}
