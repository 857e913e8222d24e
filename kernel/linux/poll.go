package linux

import (
	"math/bits"
	"skerry/kernel/drivercall"

	"skerry/kernel/errno"
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

func (p *Process) eventfd(a *drivercall.Area) int64 {
	const semaphore = 1
	count, flags := uint64(uint32(a.Frame.DI)), a.Frame.SI
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
	more := load[uint64](at)
	switch {
	case more > countMax:
		return errno.EINVAL
	case more > countMax-o.offset:
		return errno.EAGAIN
	}
	o.offset += more
	p.notify(o)
	return 8
}

func (p *Process) epollCreate(*drivercall.Area) int64 {
	return p.create(open{kind: epoll, flags: readWrite})
}

func (p *Process) epollCtl(a *drivercall.Area, e *open) int64 {
	f := &a.Frame
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
	o.watch = watch{e, load[interest](f.R10)}
	p.notify(o)
	return 0
}

func (p *Process) epollPwait(a *drivercall.Area, e *open) int64 {
	f := &a.Frame
	if e.kind != epoll || int32(f.DX) <= 0 {
		return errno.EINVAL
	}
	deadline := uint64(0)
	if millis := int32(f.R10); millis >= 0 {
		deadline = p.Machine.Now() + uint64(millis)*(second/1000)
	}
	n := p.patiently(a, deadline, (*Process).collect)
	if n == errno.ETIMEDOUT {
		return 0
	}
	return n
}

// change says that an open file may have an event for its epoll.
func (p *Process) change(o *open) {
	if o.watch.epoll != nil {
		p.changed[o.fd/64%uint64(len(p.changed))] |= 1 << (o.fd % 64)
	}
}

// listen looks whether the bell has rung.
func (p *Process) listen() {
	if rings := p.Machine.Rings(); p.bell != nil && rings != p.noticed {
		p.noticed = rings
		p.change(p.bell)
	}
}

// collect writes events to where a thread's epoll_pwait wants them, and returns how many, or EAGAIN
// if there are none. It looks only at files that have changed; those without an event, or whose
// event is told once for each change, have not changed any more once all is written: a fault loses
// no event.
func (p *Process) collect(a *drivercall.Area) int64 {
	e := p.file(a.Frame.DI)
	if e == nil {
		return errno.EBADF
	}
	p.listen()
	count, room, left := uint64(0), uint64(uint32(a.Frame.DX)), p.changed
	for i := range left {
		for set := left[i]; set != 0 && count < room; set &= set - 1 {
			o := &p.open[64*i+bits.TrailingZeros64(set)]
			if o.watch.epoll != e {
				continue
			}
			told := interest{p.ready(o) & o.watch.events, o.watch.data}
			if told.events != 0 {
				store(a.Frame.SI+count*eventBytes, told)
				count++
			}
			if told.events == 0 || o.watch.events&pollEdge != 0 {
				left[i] &^= set & -set
			}
		}
	}
	p.changed = left
	if count == 0 {
		return errno.EAGAIN
	}
	return int64(count)
}

// ready returns the events of an open file.
func (p *Process) ready(o *open) (events uint32) {
	if p.count(o) != 0 {
		events = pollIn
	}
	if o.kind == event && o.offset < countMax {
		events |= pollOut
	}
	return events
}
