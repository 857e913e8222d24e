package linux

import (
	"skerry/kernel/errno"
	"skerry/kernel/signal"
	"skerry/kernel/thread"
)

const (
	maskBytes               = 8 // of a set of signals
	sigPipe   signal.Number = 13
)

// How sigprocmask combines masks.
const (
	maskBlock   = 0
	maskUnblock = 1
	maskSet     = 2
)

func (p *Process) sigaction(th *thread.Thread) int64 {
	f := &th.Frame
	n := signal.Number(f.DI)
	if f.R10 != maskBytes || !n.Valid() {
		return errno.EINVAL
	}
	old, now, ok := p.Signals.Action(n), signal.Action{}, true
	if f.SI != 0 {
		now, ok = p.loadAction(f.SI)
	}
	if !ok || f.DX != 0 && !p.storeAction(f.DX, &old) {
		return errno.EFAULT
	}
	if f.SI == 0 {
		return 0
	}
	return p.Signals.SetAction(n, now)
}

func (p *Process) loadAction(at uint64) (a signal.Action, ok bool) {
	handler, ok1 := p.Space.Load64(at)
	flags, ok2 := p.Space.Load64(at + 8)
	restorer, ok3 := p.Space.Load64(at + 16)
	mask, ok4 := p.Space.Load64(at + 24)
	a.Handler, a.Flags, a.Restorer, a.Mask = handler, flags, restorer, mask
	return a, ok1 && ok2 && ok3 && ok4
}

func (p *Process) storeAction(at uint64, a *signal.Action) bool {
	return p.Space.Store64(at, a.Handler) && p.Space.Store64(at+8, a.Flags) &&
		p.Space.Store64(at+16, a.Restorer) && p.Space.Store64(at+24, a.Mask)
}

func (p *Process) sigprocmask(th *thread.Thread) int64 {
	f := &th.Frame
	if f.R10 != maskBytes {
		return errno.EINVAL
	}
	old, set := th.Mask, uint64(0)
	if f.SI != 0 {
		var ok bool
		if set, ok = p.Space.Load64(f.SI); !ok {
			return errno.EFAULT
		}
		switch uint32(f.DI) {
		case maskBlock:
			set = old | set
		case maskUnblock:
			set = old &^ set
		case maskSet:
		default:
			return errno.EINVAL
		}
	}
	if f.DX != 0 && !p.Space.Store64(f.DX, old) {
		return errno.EFAULT
	}
	if f.SI != 0 {
		signal.SetMask(th, set)
	}
	return 0
}

func (p *Process) sigaltstack(th *thread.Thread) int64 {
	f := &th.Frame
	old, now := signal.AltStack(th), signal.Stack{}
	if f.DI != 0 {
		base, ok1 := p.Space.Load64(f.DI)
		flags, ok2 := p.Space.Load64(f.DI + 8)
		bytes, ok3 := p.Space.Load64(f.DI + 16)
		if !ok1 || !ok2 || !ok3 {
			return errno.EFAULT
		}
		now.Base, now.Flags, now.Bytes = base, flags, bytes
	}
	if f.SI != 0 && !(p.Space.Store64(f.SI, old.Base) &&
		p.Space.Store64(f.SI+8, old.Flags) && p.Space.Store64(f.SI+16, old.Bytes)) {
		return errno.EFAULT
	}
	if f.DI == 0 {
		return 0
	}
	return signal.SetAltStack(th, now)
}

func (p *Process) sigreturn(th *thread.Thread) int64 {
	if n := p.Signals.Return(&p.Space, th); n != 0 {
		p.Machine.Kill(n)
	}
	return settled
}

// kill sends a signal to the process.
func (p *Process) kill(th *thread.Thread) int64 {
	n := signal.Number(uint32(th.Frame.SI))
	switch {
	case uint32(th.Frame.DI) != processID:
		return errno.ESRCH
	case n == 0: // asks whether there is such a process
		return 0
	case !n.Valid():
		return errno.EINVAL
	}
	p.Signals.Send(&p.Threads, n)
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
	case n == 0:
		return 0
	case !n.Valid():
		return errno.EINVAL
	}
	p.Signals.SendThread(&p.Threads, to, n)
	return 0
}
