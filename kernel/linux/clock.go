package linux

import (
	"skerry/kernel/errno"
	"skerry/kernel/thread"
)

const second = 1_000_000_000

func (p *Process) wallTime() uint64 { return p.Machine.Now() + p.Wall }

func (p *Process) clockGettime(th *thread.Thread) int64 {
	start, e := p.clockStart(th.Frame.DI)
	if e < 0 {
		return e
	}
	now := p.Machine.Now() + start
	return orFault(p.store(th.Frame.SI, []uint64{now / second, now % second}), 0)
}

// clockStart returns what a clock showed at the machine's start: the wall's, CLOCK_REALTIME and
// CLOCK_REALTIME_COARSE, or one of those up to CLOCK_BOOTTIME that begin with the machine.
func (p *Process) clockStart(clock uint64) (uint64, int64) {
	switch clock := uint32(clock); {
	case clock == 0 || clock == 5:
		return p.Wall, 0
	case clock <= 7:
		return 0, 0
	}
	return 0, errno.EINVAL
}

func (p *Process) nanosleep(th *thread.Thread) int64 {
	nanos, e := p.loadTime(th.Frame.DI)
	if e < 0 {
		return e
	}
	return p.sleep(p.Machine.Now() + nanos)
}

func (p *Process) clockNanosleep(th *thread.Thread) int64 {
	const absolute = 1
	f := &th.Frame
	start, e := p.clockStart(f.DI)
	if e < 0 {
		return e
	}
	nanos, e := p.loadTime(f.DX)
	switch {
	case e < 0:
		return e
	case f.SI&absolute != 0:
		return p.sleep(nanos - min(nanos, start))
	}
	return p.sleep(p.Machine.Now() + nanos)
}

// sleep has the running thread sleep until a time. A signal ends it; how much was left is not told.
func (p *Process) sleep(deadline uint64) int64 {
	p.Threads.Wait(thread.Sleep, 0, max(deadline, 1))
	return settled
}
