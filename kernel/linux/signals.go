package linux

import (
	"skerry/kernel/drivercall"
	"skerry/kernel/errno"
	"skerry/kernel/signal"
	"skerry/kernel/thread"
)

const maskBytes = 8 // of a set of signals

func (p *Process) sigaction(a *drivercall.Area) int64 {
	f := &a.Frame
	n := signal.Number(f.DI)
	if f.R10 != maskBytes || !n.Valid() {
		return errno.EINVAL
	}
	var action signal.Action
	if f.SI != 0 {
		action = load[signal.Action](f.SI)
	}
	if f.DX != 0 {
		store(f.DX, p.Signals.Action(n))
	}
	if f.SI == 0 {
		return 0
	}
	return p.Signals.SetAction(n, action)
}

func (p *Process) sigprocmask(a *drivercall.Area) int64 {
	f, th := &a.Frame, p.thread(a)
	set, how, old := uint64(0), uint32(f.DI), th.Mask
	if f.R10 != maskBytes || f.SI != 0 && how > 2 {
		return errno.EINVAL
	}
	if f.SI != 0 {
		set = load[uint64](f.SI)
	}
	if f.DX != 0 {
		store(f.DX, old)
	}
	switch {
	case f.SI == 0:
	case how == 0: // SIG_BLOCK
		th.SetMask(old | set)
	case how == 1: // SIG_UNBLOCK
		th.SetMask(old &^ set)
	default:
		th.SetMask(set)
	}
	return 0
}

func (p *Process) sigaltstack(a *drivercall.Area) int64 {
	f, th := &a.Frame, p.thread(a)
	var stack signal.Stack
	if f.DI != 0 {
		stack = load[signal.Stack](f.DI)
	}
	if f.SI != 0 {
		store(f.SI, th.AltStack(f.SP))
	}
	if f.DI == 0 {
		return 0
	}
	return th.SetAltStack(f.SP, stack)
}

func (p *Process) sigreturn(a *drivercall.Area) int64 {
	p.mutex.serving = false // a fault is a signal's
	p.Machine.SaveFX(&a.FX) // for the frame of a fault
	p.end(a, p.Signals.Return(a, p.thread(a)))
	return settled
}

// kill sends a signal to the process. It stays until a thread does not block it.
func (p *Process) kill(a *drivercall.Area) int64 {
	n := signal.Number(uint32(a.Frame.SI))
	switch {
	case uint32(a.Frame.DI) != processID:
		return errno.ESRCH
	case n == 0:
		return 0
	case !n.Valid():
		return errno.EINVAL
	}
	p.Signals.SendAll(n, !p.taken(a, n))
	return 0
}

// taken has a thread take a signal that does not block it, this one rather than another, and tells
// whether there is one. Who takes what is ignored is left alone.
func (p *Process) taken(a *drivercall.Area, n signal.Number) bool {
	if !p.thread(a).Blocks(n) {
		return true
	}
	for i := range p.threads {
		id, th := thread.ID(i+1), &p.threads[i]
		if p.Signals.Takes(th, n) && p.interrupt(id) == 0 ||
			!th.Blocks(n) && p.Machine.Exists(id) == 0 {
			return true
		}
	}
	return false
}

// tgkill sends a signal to a thread; 0 is none. Only the driver knows which threads there are.
func (p *Process) tgkill(a *drivercall.Area) int64 {
	f := &a.Frame
	to, n := thread.ID(uint32(f.SI)), signal.Number(uint32(f.DX))
	switch {
	case uint32(f.DI) != processID || to-1 >= thread.ThreadsMax:
		return errno.ESRCH
	case n != 0 && !n.Valid():
		return errno.EINVAL
	case n != 0 && p.Signals.Send(&p.threads[to-1], n):
		return p.interrupt(to)
	}
	return p.Machine.Exists(to)
}

// interrupt has a thread look for signals. If it is about to wait for an event, it looks again.
func (p *Process) interrupt(id thread.ID) int64 {
	if p.waiters > 0 {
		p.Machine.Wake()
	}
	return p.Machine.Interrupt(id)
}

// deliver has a thread begin the handlers of its signals before it goes on.
func (p *Process) deliver(a *drivercall.Area) {
	th := p.thread(a)
	if p.Signals.Due(th) == 0 {
		return
	}
	if a.Frame.Vector == thread.VectorCall { // else it is saved
		p.Machine.SaveFX(&a.FX)
	}
	p.end(a, p.Signals.Deliver(a, th))
}

// exception has a thread begin the handler of what its instruction has caused.
func (p *Process) exception(a *drivercall.Area) {
	n, code, address := signal.Exception(a)
	p.end(a, p.Signals.Fault(a, p.thread(a), n, code, address))
}

// unframed is what is left to do of a signal whose frame is not memory.
func (p *Process) unframed(a *drivercall.Area) {
	p.end(a, p.Signals.Faulted(a, p.thread(a)))
}

// end ends the process by a signal, if it is one.
func (p *Process) end(a *drivercall.Area, n signal.Number) {
	if n != 0 {
		p.Machine.Kill(n, &a.Frame, a.Address)
	}
}
