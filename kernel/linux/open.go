package linux

import (
	"skerry/kernel/errno"
	"skerry/kernel/files"
	"skerry/kernel/thread"
)

// kind is what an open file is.
type kind uint64

const (
	closed  kind = iota
	console      // input and output
	null         // /dev/null
	regular      // a file or directory of Files
	epoll
	bell  // drivercall.Bell
	event // an eventfd
)

// open is an open file, to which descriptors refer.
type open struct {
	kind   kind
	refs   uint64 // descriptors
	flags  uint64 // O_ACCMODE, O_APPEND, O_NONBLOCK
	offset uint64 // where a regular file is read and written next; what an eventfd counts
	node   files.Node
	watch  watch
}

// Flags of open files.
const (
	readOnly, writeOnly, readWrite = 0, 1, 2
	accessMask                     = 3
	appending                      = 0x400
	nonblocking                    = 0x800
)

func (o *open) readable() bool { return o.flags&accessMask != writeOnly }

func (o *open) writable() bool { return o.flags&accessMask != readOnly }

// file returns the open file of a descriptor and its place, or nil.
func (p *Process) file(fd uint64) (*open, uint64) {
	if fd = uint64(uint32(fd)); fd >= descriptorsMax || p.descriptor[fd] == 0 {
		return nil, 0
	}
	i := uint64(p.descriptor[fd]-1) % descriptorsMax
	return &p.open[i], i
}

// create opens something and returns its descriptor and its place.
func (p *Process) create(o open) (fd int64, place uint64) {
	o.flags &= accessMask | appending | nonblocking
	for i := range p.open {
		if p.open[i].kind == closed {
			p.open[i] = o
			if fd = p.describe(uint64(i), 0); fd < 0 {
				p.open[i] = open{}
			}
			return fd, uint64(i)
		}
	}
	return errno.EMFILE, 0
}

// describe gives an open file the lowest free descriptor from a number on.
func (p *Process) describe(place, from uint64) int64 {
	for fd := from; fd < descriptorsMax; fd++ {
		if p.descriptor[fd] == 0 {
			p.descriptor[fd] = uint16(place + 1)
			p.open[place].refs++
			return int64(fd)
		}
	}
	return errno.EMFILE
}

func (p *Process) close(th *thread.Thread) int64 {
	o, place := p.file(th.Frame.DI)
	if o == nil {
		return errno.EBADF
	}
	p.descriptor[uint32(th.Frame.DI)] = 0
	if o.refs--; o.refs != 0 {
		return 0
	}
	switch o.kind {
	case regular:
		p.Files.Drop(o.node)
	case bell:
		p.bell = 0
	case epoll:
		for i := range p.open {
			if p.open[i].watch.epoll == place+1 {
				p.open[i].watch = watch{}
			}
		}
	}
	p.open[place] = open{}
	return 0
}

func (p *Process) dup(th *thread.Thread) int64 {
	o, place := p.file(th.Frame.DI)
	if o == nil {
		return errno.EBADF
	}
	return p.describe(place, 0)
}

// fcntl serves what Go asks of descriptors. They are never closed at exec: there is none.
func (p *Process) fcntl(th *thread.Thread) int64 {
	o, place := p.file(th.Frame.DI)
	if o == nil {
		return errno.EBADF
	}
	switch argument := th.Frame.DX; uint32(th.Frame.SI) {
	case 0, 1030: // F_DUPFD, F_DUPFD_CLOEXEC
		if uint32(argument) >= descriptorsMax {
			return errno.EINVAL
		}
		return p.describe(place, uint64(uint32(argument)))
	case 1, 2: // F_GETFD, F_SETFD
		return 0
	case 3: // F_GETFL
		return int64(o.flags)
	case 4: // F_SETFL
		o.flags = o.flags&accessMask | argument&(appending|nonblocking)
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
