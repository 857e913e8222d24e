package linux

import (
	"skerry/kernel/errno"
	"skerry/kernel/thread"
)

// Operations of futex. All futexes are private.
const (
	futexWait, futexWake = 0, 1
	futexPrivate         = 128
)

func (p *Process) futex(th *thread.Thread) int64 {
	f := &th.Frame
	if f.DI%4 != 0 {
		return errno.EINVAL
	}
	switch uint32(f.SI) &^ futexPrivate {
	case futexWake:
		return int64(p.Threads.FutexWake(f.DI, uint64(uint32(f.DX))))
	case futexWait:
		return p.futexWait(f)
	}
	return errno.ENOSYS
}

func (p *Process) futexWait(f *thread.Frame) int64 {
	value, ok := p.Space.Load32(f.DI)
	switch {
	case !ok:
		return errno.EFAULT
	case value != uint32(f.DX):
		return errno.EAGAIN
	}
	deadline := uint64(0)
	if f.R10 != 0 {
		nanos, e := p.loadTime(f.R10)
		if e < 0 {
			return e
		}
		deadline = p.Machine.Now() + nanos
	}
	p.Threads.Wait(thread.Futex, f.DI, deadline)
	return settled
}
