package linux

import (
	"skerry/kernel/errno"
	"skerry/kernel/thread"
)

// Clocks of Linux. All but the first and the sixth count from the machine's start.
const (
	clockRealtime       = 0
	clockRealtimeCoarse = 5
	clockLast           = 7 // CLOCK_BOOTTIME
	absolute            = 1
	second              = 1_000_000_000
)

func (p *Process) clockGettime(th *thread.Thread) int64 {
	start, e := p.clockStart(th.Frame.DI)
	if e < 0 {
		return e
	}
	now := p.Machine.Now() + start
	return p.storePair(th.Frame.SI, now/second, now%second)
}

func (p *Process) gettimeofday(th *thread.Thread) int64 {
	now := p.wallTime()
	return p.storePair(th.Frame.DI, now/second, now%second/1000)
}

// clockStart returns what a clock showed at the machine's start.
func (p *Process) clockStart(clock uint64) (uint64, int64) {
	switch clock := uint32(clock); {
	case clock == clockRealtime || clock == clockRealtimeCoarse:
		return p.Wall, 0
	case clock <= clockLast:
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
	f := &th.Frame
	start, e := p.clockStart(f.DI)
	if e < 0 {
		return e
	}
	nanos, e := p.loadTime(f.DX)
	if e < 0 {
		return e
	}
	if f.SI&absolute != 0 {
		return p.sleep(nanos - min(nanos, start))
	}
	return p.sleep(p.Machine.Now() + nanos)
}

// sleep has the running thread sleep until a time. A signal ends it; how much was left is not told.
func (p *Process) sleep(deadline uint64) int64 {
	p.Threads.Wait(thread.Sleep, 0, max(deadline, 1))
	return settled
}

// loadTime reads a struct timespec as nanoseconds, fewer than can be added without a wrap.
func (p *Process) loadTime(at uint64) (uint64, int64) {
	seconds, ok := p.Space.Load64(at)
	nanos, also := p.Space.Load64(at + 8)
	switch {
	case !ok || !also:
		return 0, errno.EFAULT
	case int64(seconds) < 0 || nanos >= second:
		return 0, errno.EINVAL
	}
	return min(seconds, secondsMax)*second + nanos, 0
}

// storePair writes two words for the process.
func (p *Process) storePair(at, first, next uint64) int64 {
	if !p.Space.Store64(at, first) || !p.Space.Store64(at+8, next) {
		return errno.EFAULT
	}
	return 0
}
