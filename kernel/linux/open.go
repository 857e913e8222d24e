package linux

import (
	"skerry/kernel/errno"
	"skerry/kernel/files"
	"skerry/kernel/phys"
	"skerry/kernel/thread"
)

// kind is what an open file is.
type kind uint64

const (
	closed  kind = iota
	console      // input and output
	null         // /dev/null
	regular      // a file or directory of Files
	bell         // drivercall.Bell
	event        // an eventfd
	epoll
	reader // the ends of a pipe
	writer
)

// open is an open file, to which descriptors refer.
type open struct {
	kind  kind
	refs  uint64 // descriptors
	flags uint64 // O_ACCMODE, O_APPEND, O_NONBLOCK

	node files.Node // of a regular file

	// Where a regular file is read and written next; how much an eventfd counts; how much was
	// taken from a pipe, at its reader.
	offset uint64

	// Of a pipe, at its reader: its page, and how much was put in. At both ends: the place of the
	// other, plus 1, or 0 if that is closed.
	page phys.Addr
	put  uint64
	peer uint64

	watch watch
}

// Flags of open files.
const (
	readOnly    = 0
	writeOnly   = 1
	readWrite   = 2
	accessMask  = 3
	appending   = 0x400
	nonblocking = 0x800
	settable    = appending | nonblocking
)

// Commands of fcntl.
const (
	fcntlDup        = 0
	fcntlGetFD      = 1
	fcntlSetFD      = 2
	fcntlGetFlags   = 3
	fcntlSetFlags   = 4
	fcntlDupCloseOn = 1030
)

// file returns the open file of a descriptor and its place, or nil.
func (p *Process) file(fd uint64) (*open, uint64) {
	if fd = uint64(uint32(fd)); fd >= descriptorsMax || p.descriptor[fd] == 0 {
		return nil, 0
	}
	i := uint64(p.descriptor[fd]-1) % descriptorsMax
	return &p.open[i], i
}

// newOpen returns the place of an open file that is closed so far, or false if there is none. It
// belongs to the caller until describe.
func (p *Process) newOpen(k kind, flags uint64) (uint64, bool) {
	for i := range p.open {
		if p.open[i].kind == closed {
			p.open[i] = open{kind: k, flags: flags & (accessMask | settable)}
			p.changed[i/64] &^= 1 << (uint(i) % 64)
			return uint64(i), true
		}
	}
	return 0, false
}

// describe gives an open file the lowest free descriptor from a number on.
func (p *Process) describe(i, from uint64) int64 {
	for fd := from; fd < descriptorsMax; fd++ {
		if p.descriptor[fd] == 0 {
			p.descriptor[fd] = uint16(i + 1)
			p.open[i].refs++
			return int64(fd)
		}
	}
	p.drop(i)
	return errno.EMFILE
}

// drop closes an open file if no descriptor refers to it.
func (p *Process) drop(i uint64) {
	o := &p.open[i]
	if o.refs != 0 {
		return
	}
	switch o.kind {
	case regular:
		p.Files.Drop(o.node)
	case bell:
		p.bell = 0
	case epoll:
		p.unwatch(i + 1)
	case reader, writer:
		p.closePipe(i)
	}
	o.kind = closed
}

func (p *Process) close(th *thread.Thread) int64 {
	o, i := p.file(th.Frame.DI)
	if o == nil {
		return errno.EBADF
	}
	p.descriptor[uint32(th.Frame.DI)] = 0
	o.refs--
	p.drop(i)
	return 0
}

func (p *Process) dup(th *thread.Thread) int64 { return p.duplicate(th.Frame.DI, 0) }

func (p *Process) duplicate(fd, from uint64) int64 {
	o, i := p.file(fd)
	switch {
	case o == nil:
		return errno.EBADF
	case from >= descriptorsMax:
		return errno.EINVAL
	}
	return p.describe(i, from)
}

func (p *Process) dup3(th *thread.Thread) int64 {
	from, to := th.Frame.DI, uint64(uint32(th.Frame.SI))
	o, i := p.file(from)
	switch {
	case o == nil || to >= descriptorsMax:
		return errno.EBADF
	case uint64(uint32(from)) == to:
		return errno.EINVAL
	}
	o.refs++ // before the other is closed: it may be the same
	if old, j := p.file(to); old != nil {
		old.refs--
		p.drop(j)
	}
	p.descriptor[to] = uint16(i + 1)
	return int64(to)
}

// fcntl serves what Go asks of descriptors. They are never closed at exec: there is none.
func (p *Process) fcntl(th *thread.Thread) int64 {
	o, _ := p.file(th.Frame.DI)
	if o == nil {
		return errno.EBADF
	}
	switch argument := th.Frame.DX; uint32(th.Frame.SI) {
	case fcntlDup, fcntlDupCloseOn:
		return p.duplicate(th.Frame.DI, uint64(uint32(argument)))
	case fcntlGetFD, fcntlSetFD:
		return 0
	case fcntlGetFlags:
		return int64(o.flags)
	case fcntlSetFlags:
		o.flags = o.flags&accessMask | argument&settable
		return 0
	}
	return errno.EINVAL
}

// ioctl says that nothing is a terminal.
func (p *Process) ioctl(th *thread.Thread) int64 {
	if o, _ := p.file(th.Frame.DI); o == nil {
		return errno.EBADF
	}
	return errno.ENOTTY
}
