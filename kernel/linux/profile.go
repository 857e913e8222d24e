package linux

import (
	"skerry/kernel/drivercall"
	"skerry/kernel/errno"
)

// timeval is Linux's struct timeval.
type timeval struct{ seconds, micros uint64 }

// setitimer serves the timer of profilers: each interval, whichever thread is running gets SIGPROF.
// Time in which the core is idle counts, but has no thread to tell; neither has that of a system
// call. What is left until the next signal is not told.
func (p *Process) setitimer(a *drivercall.Area) int64 {
	const timerProf, timers, micros = 2, 3, 1_000_000
	f, next := &a.Frame, [2]timeval{} // the interval, and the time until the first
	if f.SI != 0 {
		next = load[[2]timeval](f.SI)
	}
	switch {
	case f.DI >= timers || next[0].micros >= micros || next[1].micros >= micros:
		return errno.EINVAL
	case f.DI != timerProf || next[0] == timeval{} && next[1] != timeval{}: // or once only
		return errno.ENOSYS
	}
	if f.DX != 0 {
		store(f.DX, p.profiling)
	}
	p.profiling = next
	if next[1] == (timeval{}) {
		next[0] = next[1] // it is off
	}
	p.Machine.Sample(min(next[0].seconds, 1)*second + next[0].micros*1000)
	return 0
}
