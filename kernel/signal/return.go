package signal

import (
	"skerry/kernel/layout"
	"skerry/kernel/phys"
	"skerry/kernel/thread"
	"skerry/kernel/vm"
)

// Flags of the processor (Intel SDM volume 1, 3.4.3).
const (
	flagsAlways    = 1 << 1 // reads as 1
	flagsInterrupt = 1 << 9
	flagsDirection = 1 << 10

	// What an instance may choose: carry, parity, adjust, zero, sign, direction, overflow and
	// alignment check. Not its I/O privilege, nested task, resume or virtual 8086 mode, and not
	// the trap flag: who steps through code does it from there.
	flagsChosen = 1<<0 | 1<<2 | 1<<4 | 1<<6 | 1<<7 | flagsDirection | 1<<11 | 1<<18
)

// userFlags returns the flags that a thread gets who wants these.
func userFlags(flags uint64) uint64 {
	return flags&flagsChosen | flagsAlways | flagsInterrupt
}

// Return is rt_sigreturn: the running thread goes on as the frame says that its handler leaves, as
// far as the instance may choose. All registers are set, RAX too. A frame that cannot be read or
// would have the thread go on outside of the instance is a fault. It returns 0, or the signal that
// ends the process.
func (s *Signals) Return(space *vm.Space, th *thread.Thread) Number {
	c := &s.frame.context
	if !space.CopyIn(phys.BytesOf(&s.frame)[contextOffset:infoOffset], th.Frame.SP) {
		return s.Fault(space, th, SIGSEGV, CodeKernel, 0)
	}
	SetMask(th, c.mask)
	c.restore(th)
	SetAltStack(th, c.stack) // if it can't be, the old one stays, as on Linux
	if !loadFX(space, th, c.fpu) || th.Frame.IP >= layout.UserEnd {
		return s.Fault(space, th, SIGSEGV, CodeKernel, 0)
	}
	return 0
}

// loadFX reads a thread's FPU state; none at address 0 means that of a new program. Whether or not
// all can be read, it is one that the processor takes.
func loadFX(space *vm.Space, th *thread.Thread, address uint64) bool {
	if address == 0 {
		th.FX.Reset()
		return true
	}
	mask := th.FX.MXCSRMask // the processor's: it has just saved the state
	ok := space.CopyIn(phys.BytesOf(&th.FX), address)
	th.FX.Restrict(mask)
	return ok
}
