package signal

import (
	"math/bits"

	"skerry/kernel/drivercall"
	"skerry/kernel/layout"
	"skerry/kernel/thread"
)

// Deliver has a thread begin the handlers of all signals that it has and does not block, so that
// none is left when it goes on. Its FPU state is in the area, too. It returns 0, or the signal that
// ends the process.
func (s *Signals) Deliver(a *drivercall.Area, th *Thread) Number {
	const sender = 1 // the process
	for due := s.Due(th); due != 0; due = s.Due(th) {
		n := first(due)
		th.Pending &^= n.bit()
		s.Pending &^= n.bit()
		switch {
		case s.ignores(n):
			continue
		case s.action(n).Handler == handlerDefault:
			return n
		}
		if ended := s.handle(a, th, n, codeThread, sender); ended != 0 {
			return ended
		}
	}
	return 0
}

// first returns which of several signals comes first: exceptions, then in their order.
func first(set uint64) Number {
	if set&synchronous != 0 {
		set &= synchronous
	}
	return Number(bits.TrailingZeros64(set) + 1)
}

// Fault has a thread begin the handler of an exception. The process ends if there is no handler or
// the signal is blocked: the thread cannot go on. It returns 0, or the signal that ends the
// process.
func (s *Signals) Fault(a *drivercall.Area, th *Thread, n Number, code Code, address uint64,
) Number {
	if s.action(n).Handler <= handlerIgnore || th.Mask&n.bit() != 0 {
		return n
	}
	return s.handle(a, th, n, code, address)
}

// handle begins a handler. If there is no room for its frame, that is a fault of its own.
func (s *Signals) handle(a *drivercall.Area, th *Thread, n Number, code Code, address uint64,
) Number {
	if s.push(a, th, n, code, address) {
		return 0
	}
	return s.noFrame(a, th, n)
}

// noFrame is a fault instead of a signal that cannot be handled, or from whose handler there is no
// return.
func (s *Signals) noFrame(a *drivercall.Area, th *Thread, n Number) Number {
	if n == SIGSEGV {
		return n
	}
	return s.Fault(a, th, SIGSEGV, CodeKernel, 0)
}

// Framed tells whether a frame is being used.
func (s *Signals) Framed() bool { return s.framed != unframed }

// Faulted says that the frame that was being used is not memory, and of Deliver, Fault or Return
// this is what is left to do.
func (s *Signals) Faulted(a *drivercall.Area, th *Thread) Number {
	n := s.framed
	s.framed = unframed
	return s.noFrame(a, th, n)
}

// push writes a frame and makes the handler the next thing that the thread does. It returns false
// if there is no room for the frame, or the handler or its restorer cannot be.
func (s *Signals) push(a *drivercall.Area, th *Thread, n Number, code Code, address uint64) bool {
	act := s.action(n)
	fx, at, ok := th.place(a.Frame.SP, act.Flags)
	if !ok || act.Handler >= layout.UserEnd || act.Flags&flagRestorer == 0 {
		return false
	}
	s.framed = n
	*in[thread.FX](fx) = a.FX
	f := in[frame](at)
	*f = frame{restorer: act.Restorer}
	f.info.signal, f.info.code, f.info.address = int32(n), code, address
	f.context.save(&a.Frame, th, fx)
	if code > 0 {
		f.context.saveTrap(&a.Frame, address)
	}
	s.framed = unframed
	th.SetMask(th.Mask | act.blocked(n))
	enter(a, act.Handler, n, at)
	if act.Flags&flagOnce != 0 {
		act.Handler = handlerDefault
	}
	return true
}

// place returns where the FPU state and the frame of a handler go, or false if its stack is full.
func (th *Thread) place(sp, flags uint64) (fx, at uint64, ok bool) {
	onAlt := th.onAltStack(sp)
	top := sp - redZoneBytes
	if flags&flagOnStack != 0 && th.AltBytes != 0 && !onAlt {
		top, onAlt = th.AltBase+th.AltBytes, true
	}
	fx = (top - fxBytes) &^ (fxAlign - 1)
	at = (fx-frameBytes)&^15 - 8
	return fx, at, !onAlt || th.onAltStack(at)
}

// flagDirection is clear when a function begins (System V ABI for AMD64, 3.2.1).
const flagDirection = 1 << 10

// enter makes a handler the next thing that a thread does.
func enter(a *drivercall.Area, handler uint64, n Number, at uint64) {
	f := &a.Frame
	f.DI, f.SI, f.DX, f.AX = uint64(n), at+infoOffset, at+contextOffset, 0
	f.IP, f.SP = handler, at
	f.Flags &^= flagDirection
	f.Vector = thread.VectorResume
	a.FX.Reset()
}
