package process

import (
	"skerry/kernel/drivercall"
	"skerry/kernel/errno"
	"skerry/kernel/layout"
	"skerry/kernel/phys"
	"skerry/kernel/thread"
	"skerry/kernel/vm"
)

// How a thread comes to the libOS, always with its number in R11:
//
//	at Call     by a system call, with all other registers as they were; CX has where to go on
//	at Upcall   by an exception, or an interruption; its registers are in its drivercall.Area
//	at Fault    by an exception in the libOS itself: BX has where, CX the vector, and DI the
//	            address of a page fault; its other registers are lost
//
// It leaves the first way by a jump to where CX said, and the second by drivercall.Return.

// The vector of page faults, and more bits of their error code. Intel SDM volume 3, table 6-1; 4.7.
const (
	exceptionPage = 14

	errorWrite = 1 << 1
	errorFetch = 1 << 4
)

// Exception serves what an instruction of the running thread has caused, at an address if it is a
// page fault: it brings the page in, or has the libOS see to it.
func (p *Process) Exception(th *thread.Thread, address uint64) {
	f := &th.Frame
	if f.Vector == exceptionPage && f.Error&drivercall.ErrorUser != 0 {
		f.Error &^= drivercall.ErrorRights // what the driver has mapped is nobody's business
		switch p.Space.Fault(address, f.Error&errorWrite != 0, f.Error&errorFetch != 0) {
		case vm.Mapped:
			return
		case vm.NoMemory:
			p.Machine.Need(address)
			return
		case vm.Forbidden:
			f.Error |= drivercall.ErrorRights
		}
	}
	if p.inLibos(f) {
		f.BX, f.CX, f.DI = f.IP, f.Vector, address // arguments of Go
		enterLibos(th, p.Libos.Fault)
		return
	}
	p.upcall(th, drivercall.Exception, address)
}

// interrupt ends the wait of a thread, and has it come to the libOS. There it looks for what has
// changed before it leaves: if it is about to, with its area in R11, it does so again.
func (p *Process) interrupt(id thread.ID) int64 {
	th := p.Threads.Get(id)
	if th == nil {
		return errno.ESRCH
	}
	p.Threads.Wake(th, errno.EINTR)
	switch f, at := &th.Frame, place(&th.Frame); {
	case !p.inLibos(f):
		p.upcall(th, drivercall.Interrupted, 0)
	case at >= p.Libos.Tail && at < p.Libos.TailEnd:
		f.R11, f.IP, f.Vector = drivercall.AreaAt(id), p.Libos.Tail, thread.VectorResume
	}
	return 0
}

// exists returns 0, or ESRCH if there is no such thread.
func (p *Process) exists(id thread.ID) int64 {
	if p.Threads.Get(id) == nil {
		return errno.ESRCH
	}
	return 0
}

// sample has the running thread come to the libOS each so many nanoseconds; after 0, never again.
func (p *Process) sample(nanos uint64) int64 {
	if nanos != 0 {
		nanos = min(max(nanos, sampleNanosMin), sampleNanosMax)
	}
	p.sampling.nanos, p.sampling.next = nanos, 0
	p.Threads.Note(nanos) // which has passed
	return 0
}

// Expire ends waits whose deadlines have passed, and takes a sample if one is due: a thread that
// has been running is one unless the libOS ran.
func (p *Process) Expire(now uint64) {
	th, s := p.Threads.Current(), &p.sampling
	p.Threads.Expire(now)
	if s.nanos == 0 {
		return
	}
	if now >= s.next {
		s.next = now + s.nanos
		if th != nil && !p.inLibos(&th.Frame) {
			p.upcall(th, drivercall.Sampled, 0)
		}
	}
	p.Threads.Note(s.next)
}

// upcall tells the libOS where a thread is, and has the thread go there.
func (p *Process) upcall(th *thread.Thread, reason drivercall.Reason, address uint64) {
	p.told.Frame, p.told.Address, p.told.Reason = th.Frame, address, reason
	at := drivercall.AreaAt(th.ID())
	if !p.Space.CopyOut(at+drivercall.AreaFrame,
		phys.BytesOf(&p.told)[drivercall.AreaFrame:drivercall.AreaID]) {
		p.Machine.Need(at)
		return
	}
	enterLibos(th, p.Libos.Upcall)
}

func enterLibos(th *thread.Thread, at uint64) {
	f := &th.Frame
	f.R11, f.IP, f.Flags, f.Vector = uint64(th.ID()), at, flagsSet, thread.VectorResume
}

// inLibos tells whether a thread runs the libOS.
func (p *Process) inLibos(f *thread.Frame) bool {
	return place(f)-p.Libos.TextStart < p.Libos.TextEnd-p.Libos.TextStart
}

// place returns where a thread is: on the landing page of SYSCALL, where it came from.
func place(f *thread.Frame) uint64 {
	if f.IP-layout.Stub < layout.PageBytes {
		return f.CX
	}
	return f.IP
}
