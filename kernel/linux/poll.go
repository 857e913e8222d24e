package linux

import (
	"math/bits"

	"skerry/kernel/errno"
	"skerry/kernel/thread"
	"skerry/kernel/vm"
)

// watch is what an epoll is to tell of an open file. An open file is in one epoll at most.
type watch struct {
	epoll *open
	interest
}

// interest is struct epoll_event.
type interest struct {
	events uint32    // and the flags below
	data   [2]uint32 // for the process
}

// Events and flags of epoll, and what epoll_ctl does.
const (
	pollIn, pollOut                  = 0x1, 0x4
	pollEdge                         = 1 << 31
	pollAdd, pollRemove, pollReplace = 1, 2, 3

	eventBytes = 12             // of an interest
	countMax   = ^uint64(0) - 1 // of an eventfd
)

func (p *Process) eventfd(th *thread.Thread) int64 {
	const semaphore = 1
	count, flags := uint64(uint32(th.Frame.DI)), th.Frame.SI
	if flags&semaphore != 0 {
		return errno.EINVAL
	}
	return p.create(open{kind: event, offset: count, flags: flags&nonblocking | readWrite})
}

// writeEvent adds to the count of an eventfd, if there is room.
func (p *Process) writeEvent(o *open, at, size uint64) int64 {
	if size < 8 {
		return errno.EINVAL
	}
	more, ok := vm.Load[uint64](&p.Space, at)
	switch {
	case !ok:
		return errno.EFAULT
	case more > countMax:
		return errno.EINVAL
	case more > countMax-o.offset:
		return errno.EAGAIN
	}
	o.offset += more
	p.notify(o)
	return 8
}

func (p *Process) epollCreate(*thread.Thread) int64 {
	return p.create(open{kind: epoll, flags: readWrite})
}

func (p *Process) epollCtl(th *thread.Thread, e *open) int64 {
	f := &th.Frame
	o := p.file(f.DX)
	switch {
	case o == nil:
		return errno.EBADF
	case e.kind != epoll || o == e:
		return errno.EINVAL
	case o.kind < bell:
		return errno.EPERM
	}
	switch operation := uint32(f.SI); {
	case operation < pollAdd || operation > pollReplace:
		return errno.EINVAL
	case operation == pollAdd && o.watch.epoll != nil:
		return errno.EEXIST
	case operation != pollAdd && o.watch.epoll != e:
		return errno.ENOENT
	case operation == pollRemove:
		o.watch = watch{}
		return 0
	}
	wanted, ok := vm.Load[interest](&p.Space, f.R10)
	if !ok {
		return errno.EFAULT
	}
	o.watch = watch{e, wanted}
	p.notify(o)
	return 0
}

func (p *Process) epollPwait(th *thread.Thread, e *open) int64 {
	f := &th.Frame
	if e.kind != epoll || int32(f.DX) <= 0 {
		return errno.EINVAL
	}
	n, timeout, deadline := p.collect(th), int32(f.R10), uint64(0)
	switch {
	case n != errno.EAGAIN:
		return n
	case timeout == 0:
		return 0
	case timeout > 0:
		deadline = p.Machine.Now() + uint64(timeout)*(second/1000)
	}
	return p.await(e, deadline)
}

// notify says that an open file may have become readable or writable: who waits for it goes on.
func (p *Process) notify(o *open) {
	if o.awaited {
		p.retry(o)
	}
	if e := o.watch.epoll; e != nil {
		p.changed[o.fd/64%uint64(len(p.changed))] |= 1 << (o.fd % 64)
		if e.awaited {
			p.retry(e)
		}
	}
}

// collect writes events to where a thread's epoll_pwait wants them, and returns how many, or EAGAIN
// if there are none. It looks only at files that have changed; those without an event, or whose
// event is told once for each change, have not changed any more.
func (p *Process) collect(th *thread.Thread) int64 {
	e := p.file(th.Frame.DI)
	if e == nil {
		return errno.EBADF
	}
	count, room := uint64(0), uint64(uint32(th.Frame.DX))
	for i := range p.changed {
		for set := p.changed[i]; set != 0 && count < room; set &= set - 1 {
			o := &p.open[64*i+bits.TrailingZeros64(set)]
			if o.watch.epoll != e {
				continue
			}
			told := interest{p.ready(o) & o.watch.events, o.watch.data}
			if told.events != 0 {
				if !vm.Store(&p.Space, th.Frame.SI+count*eventBytes, told) {
					return partial(count, errno.EFAULT)
				}
				count++
			}
			if told.events == 0 || o.watch.events&pollEdge != 0 {
				p.changed[i] &^= set & -set
			}
		}
	}
	return partial(count, errno.EAGAIN)
}

// ready returns the events of an open file.
func (p *Process) ready(o *open) (events uint32) {
	if o.kind == bell && p.rings != 0 || o.kind == event && o.offset != 0 {
		events = pollIn
	}
	if o.kind == event && o.offset < countMax {
		events |= pollOut
	}
	return events
}
