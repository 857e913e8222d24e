package signal

import (
	"math/bits"

	"skerry/kernel/layout"
	"skerry/kernel/phys"
	"skerry/kernel/thread"
	"skerry/kernel/vm"
)

// Deliver has a thread begin the handlers of all signals that it has and does not block,
// so that none is left when it goes on. The driver calls it each time before that. It returns 0,
// or the signal that ends the process.
func (s *Signals) Deliver(space *vm.Space, th *thread.Thread) Number {
	const sender = 1 // the process
	for th.Pending&^th.Mask != 0 {
		n := first(th.Pending &^ th.Mask)
		th.Pending &^= n.bit()
		switch {
		case s.ignores(n):
			continue
		case s.action(n).Handler == handlerDefault:
			return n
		}
		if ended := s.handle(space, th, n, codeThread, sender); ended != 0 {
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

// Fault has the running thread begin the handler of an exception. The process ends if there is no
// handler or the signal is blocked: the thread cannot go on. It returns 0, or the signal that ends
// the process.
func (s *Signals) Fault(space *vm.Space, th *thread.Thread, n Number, code Code, address uint64,
) Number {
	if s.action(n).Handler <= handlerIgnore || th.Mask&n.bit() != 0 {
		return n
	}
	return s.handle(space, th, n, code, address)
}

// handle begins a handler. If there is no room for its frame, that is a fault of its own.
func (s *Signals) handle(space *vm.Space, th *thread.Thread, n Number, code Code, address uint64,
) Number {
	switch {
	case s.push(space, th, n, code, address):
		return 0
	case n == SIGSEGV:
		return n
	}
	return s.Fault(space, th, SIGSEGV, CodeKernel, 0)
}

// push writes a frame and makes the handler the next thing that the thread does. It returns false
// if there is no room for the frame, or the handler or its restorer cannot be.
func (s *Signals) push(space *vm.Space, th *thread.Thread, n Number, code Code, address uint64,
) bool {
	a := s.action(n)
	fx, at, ok := place(th, a.Flags)
	if !ok || a.Handler >= layout.UserEnd || a.Flags&flagRestorer == 0 {
		return false
	}
	s.frame = frame{restorer: a.Restorer}
	s.frame.info.signal, s.frame.info.code, s.frame.info.address = int32(n), code, address
	s.frame.context.save(th, fx)
	if code > 0 {
		s.frame.context.saveTrap(th, address)
	}
	if !space.CopyOut(fx, phys.BytesOf(&th.FX)) || !space.CopyOut(at, phys.BytesOf(&s.frame)) {
		return false
	}
	SetMask(th, th.Mask|a.blocked(n))
	enter(th, a.Handler, n, at)
	if a.Flags&flagOnce != 0 {
		a.Handler = handlerDefault
	}
	return true
}

// place returns where the FPU state and the frame of a handler go, or false if its stack is full.
func place(th *thread.Thread, flags uint64) (fx, at uint64, ok bool) {
	sp, onAlt := th.Frame.SP-redZoneBytes, onAltStack(th, th.Frame.SP)
	if flags&flagOnStack != 0 && th.AltBytes != 0 && !onAlt {
		sp, onAlt = th.AltBase+th.AltBytes, true
	}
	fx = (sp - fxBytes) &^ (fxAlign - 1)
	at = (fx-frameBytes)&^15 - 8
	return fx, at, !onAlt || onAltStack(th, at)
}

// enter makes a handler the next thing that a thread does.
func enter(th *thread.Thread, handler uint64, n Number, at uint64) {
	f := &th.Frame
	f.DI, f.SI, f.DX, f.AX = uint64(n), at+infoOffset, at+contextOffset, 0
	f.IP, f.SP = handler, at
	f.Flags = userFlags(f.Flags) &^ flagsDirection
	f.Vector = thread.VectorResume
	th.FX.Reset()
}
