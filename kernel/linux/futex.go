package linux

import (
	"skerry/kernel/errno"
	"skerry/kernel/thread"
)

// Operations of futex, and flags. All futexes are private, and all clocks but the wall's are one.
const (
	futexWait, futexWake             = 0, 1
	futexWaitBitset, futexWakeBitset = 9, 10
	futexPrivate, futexRealtime      = 128, 256
)

func (p *Process) futex(th *thread.Thread) int64 {
	f := &th.Frame
	if f.DI%4 != 0 {
		return errno.EINVAL
	}
	switch op := uint32(f.SI) &^ futexPrivate; op {
	case futexWake, futexWakeBitset:
		return int64(p.Threads.FutexWake(f.DI, uint64(uint32(f.DX))))
	case futexWait, futexWaitBitset, futexWaitBitset | futexRealtime:
		return p.futexWait(th, op)
	}
	return errno.ENOSYS
}

// futexWait waits for a time, or with a bitset until one. Bitsets are taken as all bits: then some
// wake up who need not, which futexes allow.
func (p *Process) futexWait(th *thread.Thread, op uint32) int64 {
	f := &th.Frame
	value, ok := p.Space.Load32(f.DI)
	if !ok {
		return errno.EFAULT
	}
	if value != uint32(f.DX) {
		return errno.EAGAIN
	}
	deadline := uint64(0)
	if f.R10 != 0 {
		nanos, e := p.loadTime(f.R10)
		switch {
		case e < 0:
			return e
		case op == futexWait:
			nanos += p.Machine.Now()
		case op&futexRealtime != 0:
			nanos -= min(nanos, p.Wall)
		}
		deadline = max(nanos, 1)
	}
	p.Threads.Wait(thread.Futex, f.DI, deadline)
	return settled
}
