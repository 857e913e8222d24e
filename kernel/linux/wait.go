package linux

import (
	"skerry/kernel/drivercall"
	"skerry/kernel/errno"
)

// patiently tries a call until it gets further than EAGAIN, and waits for events between. It ends
// with ETIMEDOUT when a deadline has passed that is not 0, and with EINTR at a signal.
func (p *Process) patiently(a *drivercall.Area, deadline uint64,
	try func(p *Process, a *drivercall.Area) int64,
) int64 {
	for {
		seen := p.Machine.Events() // what comes from now on ends the wait
		result := try(p, a)
		if result != errno.EAGAIN {
			return result
		}
		nanos := uint64(0)
		if deadline != 0 {
			now := p.Machine.Now()
			if now >= deadline {
				return errno.ETIMEDOUT
			}
			nanos = deadline - now
		}
		if p.interrupted(a) {
			return errno.EINTR
		}
		p.wait(a, seen, nanos)
	}
}

// wait has a thread that serves a call wait for events, without the lock.
func (p *Process) wait(a *drivercall.Area, seen, nanos uint64) {
	p.waiters++
	p.unlock()
	p.Machine.Wait(seen, nanos)
	p.lock(a)
	p.mutex.serving = true
	p.waiters--
}

// interrupted tells whether a thread has a signal to handle.
func (p *Process) interrupted(a *drivercall.Area) bool { return p.Signals.Due(p.thread(a)) != 0 }

// notify says that an open file may have become readable or writable: who waits looks again.
func (p *Process) notify(o *open) {
	p.change(o)
	if p.waiters > 0 {
		p.Machine.Wake()
	}
}
