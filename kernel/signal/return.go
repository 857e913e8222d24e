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
	c := *in[context](a.Frame.SP)
	if c.fpu != 0 {
		a.FX = *in[thread.FX](c.fpu)
	} else {
		a.FX.Reset() // as of a new program
	}
	if c.ip >= layout.UserEnd {
		return s.Faulted(a, th)
	}
	s.framed = unframed
	th.SetMask(c.mask)
	c.restore(&a.Frame)
	th.SetAltStack(c.sp, c.stack) // if it can't be, the old one stays, as on Linux
	return 0
}
