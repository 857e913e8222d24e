package linux

import (
	"skerry/kernel/errno"
	"skerry/kernel/signal"
	"skerry/kernel/thread"
	"skerry/kernel/vm"
)

const maskBytes = 8 // of a set of signals

func (p *Process) sigaction(th *thread.Thread) int64 {
	f := &th.Frame
	n := signal.Number(f.DI)
	if f.R10 != maskBytes || !n.Valid() {
		return errno.EINVAL
	}
	action, ok := vm.Load[signal.Action](&p.Space, f.SI)
	switch {
	case f.SI != 0 && !ok || f.DX != 0 && !vm.Store(&p.Space, f.DX, p.Signals.Action(n)):
		return errno.EFAULT
	case f.SI == 0:
		return 0
	}
	return p.Signals.SetAction(n, action)
}

func (p *Process) sigprocmask(th *thread.Thread) int64 {
	f := &th.Frame
	set, ok := vm.Load[uint64](&p.Space, f.SI)
	how, old := uint32(f.DI), th.Mask
	switch {
	case f.SI != 0 && !ok:
		return errno.EFAULT
	case f.R10 != maskBytes || f.SI != 0 && how > 2:
		return errno.EINVAL
	case f.DX != 0 && !vm.Store(&p.Space, f.DX, old):
		return errno.EFAULT
	case f.SI == 0:
	case how == 0: // SIG_BLOCK
		signal.SetMask(th, old|set)
	case how == 1: // SIG_UNBLOCK
		signal.SetMask(th, old&^set)
	default:
		signal.SetMask(th, set)
	}
	return 0
}

func (p *Process) sigaltstack(th *thread.Thread) int64 {
	f := &th.Frame
	stack, ok := vm.Load[signal.Stack](&p.Space, f.DI)
	switch {
	case f.DI != 0 && !ok || f.SI != 0 && !vm.Store(&p.Space, f.SI, signal.AltStack(th)):
		return errno.EFAULT
	case f.DI == 0:
		return 0
	}
	return signal.SetAltStack(th, stack)
}

func (p *Process) sigreturn(th *thread.Thread) int64 {
	if n := p.Signals.Return(&p.Space, th); n != 0 {
		p.Machine.Kill(n)
	}
	return settled
}

// kill sends a signal to the process: one of its threads takes it.
func (p *Process) kill(th *thread.Thread) int64 {
	n := signal.Number(uint32(th.Frame.SI))
	return p.send(th.Frame.DI, signal.Taker(&p.Threads, n), n)
}

// tgkill sends a signal to a thread.
func (p *Process) tgkill(th *thread.Thread) int64 {
	f := &th.Frame
	to := p.Threads.Get(thread.ID(uint32(f.SI)))
	return p.send(f.DI, to, signal.Number(uint32(f.DX)))
}

// send sends a signal; 0 asks whether there is such a process and thread.
func (p *Process) send(process uint64, to *thread.Thread, n signal.Number) int64 {
	switch {
	case uint32(process) != processID || to == nil:
		return errno.ESRCH
	case n != 0 && !n.Valid():
		return errno.EINVAL
	case n != 0:
		p.Signals.Send(&p.Threads, to, n)
	}
	return 0
}
