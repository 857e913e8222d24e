package process

import (
	"skerry/kernel/errno"
	"skerry/kernel/layout"
	"skerry/kernel/thread"
	"skerry/kernel/vm"
)

// Flags of the processor (Intel SDM volume 1, 3.4.3).
const (
	flagsSet = 1<<9 | 1<<1 // interrupts on; reads as 1

	// What an instance may choose: carry, parity, adjust, zero, sign, direction, overflow and
	// alignment check. Not its I/O privilege, nested task, resume or virtual 8086 mode, and not
	// the trap flag: who steps through code does it from there.
	flagsChosen = 1<<0 | 1<<2 | 1<<4 | 1<<6 | 1<<7 | 1<<10 | 1<<11 | 1<<18
)

// makeSafe makes a frame one with which a thread may go on in ring 3, or returns false if it would
// do so outside of the instance.
func makeSafe(f *thread.Frame) bool {
	f.CS, f.SS = layout.SelectorUserCode, layout.SelectorUserData
	f.Flags = f.Flags&flagsChosen | flagsSet
	f.Vector = thread.VectorResume
	return f.IP < layout.UserEnd
}

// comeBack has the running thread go on with a frame that the libOS gives it.
func (p *Process) comeBack(f *thread.Frame) int64 {
	to, ok := vm.Load[thread.Frame](&p.Space, f.DI)
	if !ok || !makeSafe(&to) {
		return errno.EFAULT
	}
	*f = to
	return settled
}

// spawn makes a thread that begins with a frame that the libOS gives it.
func (p *Process) spawn(f *thread.Frame) int64 {
	const same = ^uint64(0)
	base := f.SI
	begin, ok := vm.Load[thread.Frame](&p.Space, f.DI)
	switch {
	case !ok || !makeSafe(&begin):
		return errno.EFAULT
	case base != same && base >= layout.UserEnd:
		return errno.EPERM
	}
	child := p.Threads.Spawn()
	if child == nil {
		return errno.EAGAIN
	}
	child.Frame = begin
	if base != same {
		child.FSBase = base
	}
	return int64(child.ID())
}

// kill ends the process by a signal, at a frame.
func (p *Process) kill(f *thread.Frame) int64 {
	at, ok := vm.Load[thread.Frame](&p.Space, f.SI)
	if !ok {
		at = *f
	}
	p.Machine.Kill(f.DI, at.IP, at.Vector, f.DX)
	return settled
}
