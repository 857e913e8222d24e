package linux

import (
	"skerry/kernel/errno"
	"skerry/kernel/signal"
	"skerry/kernel/thread"
)

const maskBytes = 8 // of a set of signals

func (p *Process) sigaction(th *thread.Thread) int64 {
	f := &th.Frame
	n := signal.Number(f.DI)
	if f.R10 != maskBytes || !n.Valid() {
		return errno.EINVAL
	}
	var w [4]uint64
	if f.SI != 0 && !p.load(f.SI, w[:]) {
		return errno.EFAULT
	}
	old := p.Signals.Action(n)
	if f.DX != 0 && !p.store(f.DX, []uint64{old.Handler, old.Flags, old.Restorer, old.Mask}) {
		return errno.EFAULT
	}
	if f.SI == 0 {
		return 0
	}
	return p.Signals.SetAction(n, signal.Action{
		Handler: w[0], Flags: w[1], Restorer: w[2], Mask: w[3],
	})
}

func (p *Process) sigprocmask(th *thread.Thread) int64 {
	f := &th.Frame
	old, set := th.Mask, uint64(0)
	if f.SI != 0 {
		var ok bool
		if set, ok = p.Space.Load64(f.SI); !ok {
			return errno.EFAULT
		}
	}
	if f.R10 != maskBytes || f.SI != 0 && uint32(f.DI) > 2 {
		return errno.EINVAL
	}
	if f.DX != 0 && !p.Space.Store64(f.DX, old) {
		return errno.EFAULT
	}
	switch {
	case f.SI == 0:
	case uint32(f.DI) == 0: // SIG_BLOCK
		signal.SetMask(th, old|set)
	case uint32(f.DI) == 1: // SIG_UNBLOCK
		signal.SetMask(th, old&^set)
	default:
		signal.SetMask(th, set)
	}
	return 0
}

func (p *Process) sigaltstack(th *thread.Thread) int64 {
	f := &th.Frame
	var w [3]uint64
	if f.DI != 0 && !p.load(f.DI, w[:]) {
		return errno.EFAULT
	}
	old := signal.AltStack(th)
	if f.SI != 0 && !p.store(f.SI, []uint64{old.Base, old.Flags, old.Bytes}) {
		return errno.EFAULT
	}
	if f.DI == 0 {
		return 0
	}
	return signal.SetAltStack(th, signal.Stack{Base: w[0], Flags: w[1], Bytes: w[2]})
}

func (p *Process) sigreturn(th *thread.Thread) int64 {
	if n := p.Signals.Return(&p.Space, th); n != 0 {
		p.Machine.Kill(n)
	}
	return settled
}

// kill sends a signal to the process; 0 asks whether there is such a process.
func (p *Process) kill(th *thread.Thread) int64 {
	n := signal.Number(uint32(th.Frame.SI))
	switch {
	case uint32(th.Frame.DI) != processID:
		return errno.ESRCH
	case n != 0 && !n.Valid():
		return errno.EINVAL
	case n != 0:
		p.Signals.Send(&p.Threads, n)
	}
	return 0
}

// tgkill sends a signal to a thread.
func (p *Process) tgkill(th *thread.Thread) int64 {
	f := &th.Frame
	n := signal.Number(uint32(f.DX))
	to := p.Threads.Get(thread.ID(uint32(f.SI)))
	switch {
	case uint32(f.DI) != processID || to == nil:
		return errno.ESRCH
	case n != 0 && !n.Valid():
		return errno.EINVAL
	case n != 0:
		p.Signals.SendThread(&p.Threads, to, n)
	}
	return 0
}
