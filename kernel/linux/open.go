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
	kind    kind
	place   uint64 // in Process.open
	refs    uint64 // descriptors
	flags   uint64 // O_ACCMODE, O_APPEND, O_NONBLOCK
	awaited bool   // a thread may be waiting to read
	offset  uint64 // where a regular file is read and written next; what an eventfd counts
	node    files.Node
	watch   watch
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

// file returns the open file of a descriptor, or nil.
func (p *Process) file(fd uint64) *open {
	if fd = uint64(uint32(fd)); fd >= descriptorsMax || p.descriptor[fd] == 0 {
		return nil
	}
	return &p.open[(p.descriptor[fd]-1)%descriptorsMax]
}

// create opens something and returns its descriptor.
func (p *Process) create(o open) int64 {
	o.flags &= accessMask | appending | nonblocking
	for i := range p.open {
		if p.open[i].kind == closed {
			o.place = uint64(i)
			p.open[i] = o
			fd := p.describe(&p.open[i], 0)
			if fd < 0 {
				p.open[i] = open{}
			}
			return fd
		}
	}
	return errno.EMFILE
}

// describe gives an open file the lowest free descriptor from a number on.
func (p *Process) describe(o *open, from uint64) int64 {
	for fd := from; fd < descriptorsMax; fd++ {
		if p.descriptor[fd] == 0 {
			p.descriptor[fd] = uint16(o.place + 1)
			o.refs++
			return int64(fd)
		}
	}
	return errno.EMFILE
}

func (p *Process) close(th *thread.Thread, o *open) int64 {
	p.descriptor[uint32(th.Frame.DI)] = 0
	if o.refs--; o.refs != 0 {
		return 0
	}
	switch o.kind {
	case regular:
		p.Files.Drop(o.node)
	case bell:
		p.bell = nil
	case epoll:
		for i := range p.open {
			if p.open[i].watch.epoll == o.place+1 {
				p.open[i].watch = watch{}
			}
		}
	}
	*o = open{}
	return 0
}

func (p *Process) dup(_ *thread.Thread, o *open) int64 { return p.describe(o, 0) }

// fcntl serves what Go asks of descriptors. They are never closed at exec: there is none.
func (p *Process) fcntl(th *thread.Thread, o *open) int64 {
	switch argument := th.Frame.DX; uint32(th.Frame.SI) {
	case 0, 1030: // F_DUPFD, F_DUPFD_CLOEXEC
		if uint32(argument) >= descriptorsMax {
			return errno.EINVAL
		}
		return p.describe(o, uint64(uint32(argument)))
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
func (p *Process) ioctl(*thread.Thread, *open) int64 { return errno.ENOTTY }
