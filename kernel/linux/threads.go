package linux

import (
	"skerry/kernel/errno"
	"skerry/kernel/layout"
	"skerry/kernel/thread"
	"skerry/kernel/vm"
)

// Flags of clone. With all of cloneThread (VM, FS, FILES, SIGHAND, THREAD) it makes no process.
const (
	cloneThread = 0x0001_0f00
	cloneSysVIn = 0x0004_0000 // shares what there is not: semaphores
	cloneSetTLS = 0x0008_0000
)

func (p *Process) clone(th *thread.Thread) int64 {
	f := &th.Frame
	setsTLS := f.DI&cloneSetTLS != 0
	switch {
	case f.DI&^(cloneSysVIn|cloneSetTLS) != cloneThread:
		return errno.ENOSYS
	case setsTLS && f.R8 >= layout.UserEnd:
		return errno.EPERM
	}
	child := p.Threads.Spawn()
	if child == nil {
		return errno.EAGAIN
	}
	child.Frame.SP = f.SI
	if setsTLS {
		child.FSBase = f.R8
	}
	return int64(child.ID())
}

// exit ends the running thread, and the process with its last one.
func (p *Process) exit(th *thread.Thread) int64 {
	if !p.Threads.Exit() {
		p.Machine.Exit(th.Frame.DI & 0xff)
	}
	return settled
}

func (p *Process) exitGroup(th *thread.Thread) int64 {
	p.Machine.Exit(th.Frame.DI & 0xff)
	return settled
}

func (p *Process) yield(*thread.Thread) int64 {
	p.Threads.Yield()
	return 0
}

// nanosleep ends by a signal, too; how much was left is not told. What sleeps for less than
// sleepNanosMin is the monitor thread of Go's runtime, for 20 microseconds again and again after
// each time that its process was idle: each would cost two interrupts and four thread switches.
func (p *Process) nanosleep(th *thread.Thread) int64 {
	deadline, e := p.loadDeadline(th.Frame.DI)
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

func (p *Process) futex(th *thread.Thread) int64 {
	f := &th.Frame
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
	p.Threads.Wait(thread.Futex, f.DI, deadline)
	return settled
}

const second = 1_000_000_000

// loadDeadline reads a struct timespec, and returns when so much time will have passed.
func (p *Process) loadDeadline(at uint64) (uint64, int64) {
	w, ok := vm.Load[[2]uint64](&p.Space, at)
	switch {
	case !ok:
		return 0, errno.EFAULT
	case int64(w[0]) < 0 || w[1] >= second:
		return 0, errno.EINVAL
	}
	return p.Machine.Now() + min(w[0], secondsMax)*second + w[1], 0
}

func (p *Process) wallTime() uint64 { return p.Machine.Now() + p.Wall }
