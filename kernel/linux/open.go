package linux

import (
	"skerry/kernel/drivercall"
	"skerry/kernel/errno"
	"skerry/kernel/files"
)

// kind is what an open file is.
type kind uint64

const (
	closed  kind = iota
	console      // input or output
	null         // /dev/null
	urandom      // /dev/urandom
	regular      // a file or directory of Files
	epoll
	bell  // drivercall.Bell
	event // an eventfd
)

// open is an open file. Nothing makes a second descriptor of one.
type open struct {
	kind   kind
	fd     uint64 // its place in Process.open
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

// file returns the open file of a descriptor, or nil.
func (p *Process) file(fd uint64) *open {
	o := &p.open[fd%descriptorsMax]
	if uint32(fd) >= descriptorsMax || o.kind == closed {
		return nil
	}
	return o
}

// create opens something and returns its descriptor.
func (p *Process) create(o open) int64 {
	o.flags &= accessMask | appending | nonblocking
	for o.fd = 0; o.fd < descriptorsMax; o.fd++ {
		if p.open[o.fd].kind == closed {
			p.open[o.fd] = o
			return int64(o.fd)
		}
	}
	return errno.EMFILE
}

func (p *Process) close(_ *drivercall.Area, o *open) int64 {
	switch o.kind {
	case regular:
		p.Files.Drop(o.node)
	case bell:
		p.bell = nil
	case epoll:
		for i := range p.open {
			if p.open[i].watch.epoll == o {
				p.open[i].watch = watch{}
			}
		}
	}
	*o = open{}
	return 0
}

// fcntl serves what Go asks of descriptors. They are never closed at exec: there is none.
func (p *Process) fcntl(a *drivercall.Area, o *open) int64 {
	switch uint32(a.Frame.SI) {
	case 1, 2: // F_GETFD, F_SETFD
		return 0
	case 3: // F_GETFL
		return int64(o.flags)
	case 4: // F_SETFL
		o.flags = o.flags&accessMask | a.Frame.DX&(appending|nonblocking)
		return 0
	}
	return errno.EINVAL
}
