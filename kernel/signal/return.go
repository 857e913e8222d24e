package signal

import (
	"skerry/kernel/drivercall"
	"skerry/kernel/layout"
	"skerry/kernel/thread"
)

// Return is rt_sigreturn: the thread goes on as the frame says that its handler leaves. All
// registers are set, RAX too. A frame that is not memory, or would have the thread go on outside of
// the instance, is a fault. It returns 0, or the signal that ends the process.
func (s *Signals) Return(a *drivercall.Area, th *Thread) Number {
	s.framed = returning
	sp := a.Frame.SP
	if !within(sp, contextBytes) {
		return s.Faulted(a, th)
	}
	c := *in[context](sp)
	switch {
	case c.ip >= layout.UserEnd || !within(c.fpu, fxBytes):
		return s.Faulted(a, th)
	case c.fpu == 0:
		a.FX.Reset() // as of a new program
	default:
		a.FX = *in[thread.FX](c.fpu)
	}
	s.framed = unframed
	th.SetMask(c.mask)
	c.restore(&a.Frame)
	th.SetAltStack(c.sp, c.stack) // if it can't be, the old one stays, as on Linux
	return 0
}
