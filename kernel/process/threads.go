package process

import (
	"math/bits"

	"skerry/kernel/errno"
	"skerry/kernel/layout"
	"skerry/kernel/thread"
	"skerry/kernel/vm"
)

// exit ends the running thread, and the process with its last one.
func (p *Process) exit(f *thread.Frame) int64 {
	if !p.Threads.Exit() {
		p.Machine.Exit(f.DI & 0xff)
	}
	return settled
}

// archPrctl sets or tells the FS base.
func (p *Process) archPrctl(th *thread.Thread) int64 {
	const archSetFS, archGetFS = 0x1002, 0x1003
	switch base := th.Frame.SI; {
	case th.Frame.DI == archGetFS:
		return orFault(vm.Store(&p.Space, base, th.FSBase))
	case th.Frame.DI != archSetFS:
		return errno.EINVAL
	case base >= layout.UserEnd:
		return errno.EPERM
	default:
		th.FSBase = base
		p.Machine.SetFS(base)
		return 0
	}
}

// nanosleep ends by a signal, too; how much was left is not told. What sleeps for less than
// sleepNanosMin is the monitor thread of Go's runtime, for 20 microseconds again and again after
// each time that its process was idle: each would cost two interrupts and four thread switches.
func (p *Process) nanosleep(f *thread.Frame) int64 {
	deadline, e := p.loadDeadline(f.DI)
	if e < 0 {
		return e
	}
	p.Threads.Wait(thread.Sleep, 0, max(deadline, p.Machine.Now()+sleepNanosMin))
	return settled
}

// Operations of futex. All futexes are private.
const (
	futexWait, futexWake = 0, 1
	futexPrivate         = 128
)

func (p *Process) futex(f *thread.Frame) int64 {
	switch operation := uint32(f.SI) &^ futexPrivate; {
	case f.DI%4 != 0:
		return errno.EINVAL
	case operation == futexWake:
		return int64(p.Threads.FutexWake(f.DI, uint64(uint32(f.DX))))
	case operation != futexWait:
		return errno.ENOSYS
	}
	value, ok := vm.Load[uint32](&p.Space, f.DI)
	switch {
	case !ok:
		return errno.EFAULT
	case value != uint32(f.DX):
		return errno.EAGAIN
	}
	deadline, e := uint64(0), int64(0)
	if f.R10 != 0 {
		if deadline, e = p.loadDeadline(f.R10); e < 0 {
			return e
		}
	}
	if f.DI == events {
		p.awaiting |= 1 << (p.Threads.Current().ID() - 1)
	}
	p.Threads.Wait(thread.Futex, f.DI, deadline)
	return settled
}

// loadDeadline reads a struct timespec, and returns when so much time will have passed.
func (p *Process) loadDeadline(at uint64) (uint64, int64) {
	const second = 1_000_000_000
	w, ok := vm.Load[[2]uint64](&p.Space, at)
	switch {
	case !ok:
		return 0, errno.EFAULT
	case int64(w[0]) < 0 || w[1] >= second:
		return 0, errno.EINVAL
	}
	return p.Machine.Now() + min(w[0], secondsMax)*second + w[1], 0
}

// Ring tells the instance of a kick or a notice.
func (p *Process) Ring() {
	*p.Space.Tables.Memory.Word(p.Pulse + layout.PulseRings)++
	p.Notify()
}

// events is the futex of those who wait for something from outside.
const events = layout.Pulse + layout.PulseEvents

// Notify has all look again who wait for something from outside.
func (p *Process) Notify() {
	*p.Space.Tables.Memory.Word(p.Pulse + layout.PulseEvents)++
	for ; p.awaiting != 0; p.awaiting &= p.awaiting - 1 {
		th := p.Threads.Get(thread.ID(bits.TrailingZeros64(p.awaiting) + 1))
		if th != nil && th.WaitsFor(events) {
			p.Threads.Wake(th, 0)
		}
	}
}
