package linux

import (
	"syscall"
	"testing"

	"skerry/kernel/drivercall"
	"skerry/kernel/errno"
	"skerry/kernel/signal"
)

// The timer of profilers has the driver take samples, at its interval until it is taken off, and
// tells what it was set to. Timers that are not served, or are none, change nothing.
func TestSetitimer(t *testing.T) {
	const prof, micros = 2, 1_000_000
	r := newRig(t)
	for _, c := range []struct {
		want                  int64
		which, interval, next uint64
		nanos                 uint64
	}{
		{0, prof, 10_000, 7, 10_000_000},
		{errno.EINVAL, prof, micros, 7, 10_000_000},
		{errno.EINVAL, prof, 7, micros, 10_000_000},
		{errno.EINVAL, prof + 1, 7, 7, 10_000_000},
		{errno.ENOSYS, prof - 1, 7, 7, 10_000_000},
		{errno.ENOSYS, prof, 0, 7, 10_000_000},
		{0, prof, 7, 0, 0},
		{0, prof, 7, 7, 7000},
	} {
		r.put(buffer, 0, c.interval, 0, c.next)
		r.want(c.want, syscall.SYS_SETITIMER, c.which, buffer, buffer+32)
		if r.sample != c.nanos {
			t.Errorf("%+v: samples each %d ns: want %d", c, r.sample, c.nanos)
		}
	}
	r.want(errno.EFAULT, syscall.SYS_SETITIMER, prof, bad)
	r.want(errno.EFAULT, syscall.SYS_SETITIMER, prof, 0, bad)
	r.want(0, syscall.SYS_SETITIMER, prof, 0, buffer)
	if was := load[[2]timeval](buffer); was != [2]timeval{{0, 7}, {0, 7}} || r.sample != 0 {
		t.Errorf("was %v, samples each %d ns: want it off, after 7 µs", was, r.sample)
	}
}

// A sample is SIGPROF for the thread that was running, at once; it is ignored after the end of a
// profile.
func TestSample(t *testing.T) {
	r := newRig(t)
	r.handle(uint64(signal.SIGPROF))
	a := &r.th.Area
	a.Frame.IP, a.Frame.SP, a.Reason = bad, bufferEnd-8, drivercall.Sampled
	if r.run(r.th, func() { r.p.Upcall(a) }); a.Frame.IP != imageAt || a.Frame.DI != 27 {
		t.Errorf("goes on with %+v: want the handler of SIGPROF", a.Frame)
	}
	if r.want(errno.ENOSYS, syscall.SYS_TIMER_CREATE); r.unknown[syscall.SYS_TIMER_CREATE] != 1 {
		t.Error("a timer of a thread alone is served: want Go to take the process's")
	}
}
