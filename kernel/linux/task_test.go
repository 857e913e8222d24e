package linux

import (
	"iter"

	"skerry/kernel/drivercall"
	"skerry/kernel/errno"
	"skerry/kernel/thread"
)

// task is a thread. In a call it is a coroutine, which yields in waits.
type task struct {
	drivercall.Area
	next  func() (struct{}, bool)
	stop  func()
	yield func(struct{}) bool

	waits       bool
	interrupted bool
	goesOn      func() bool // whether its wait is over
}

func (r *rig) spawn(f *thread.Frame, _ uint64) int64 {
	for i, th := range r.threads {
		if th == nil {
			id := thread.ID(i + 1)
			r.threads[i] = &task{Area: drivercall.Area{ID: id, Frame: *f}}
			return int64(id)
		}
	}
	return errno.EAGAIN
}

func (r *rig) interrupt(id thread.ID) int64 {
	e := r.exists(id)
	if e == 0 {
		r.threads[id-1].interrupted = true
	}
	return e
}

func (r *rig) exists(id thread.ID) int64 {
	if id-1 >= thread.ThreadsMax || r.threads[id-1] == nil {
		return errno.ESRCH
	}
	return 0
}

// wait is a futex's.
func (r *rig) wait(seen, nanos uint64) {
	th, deadline := r.running, r.now+nanos
	if r.events == seen {
		r.suspend(func() bool {
			return r.events != seen || th.interrupted || nanos != 0 && r.now >= deadline
		})
	}
}

// suspend has the thread that runs yield until it goes on. It unwinds the thread if it is to end.
func (r *rig) suspend(goesOn func() bool) {
	th := r.running
	th.goesOn = goesOn
	if !th.yield(struct{}{}) {
		panic(ending{})
	}
}

// ending is what unwinds a thread that does not go on.
type ending struct{}

// run has a thread do something in the process, until it ends or waits.
func (r *rig) run(th *task, do func()) int64 {
	th.next, th.stop = iter.Pull(func(yield func(struct{}) bool) {
		th.yield = yield
		for n := 0; r.faults(do); n++ {
			if do = func() { r.p.Faulted(&th.Area) }; n > 3 {
				r.Fatalf("faults again and again, with %+v", th.Frame)
			}
		}
	})
	return r.goOn(th)
}

// goOn has a thread that is in the process go on.
func (r *rig) goOn(th *task) int64 {
	before := r.running
	r.running = th
	_, th.waits = th.next()
	r.running = before
	if th.waits {
		return waiting
	}
	return int64(th.Frame.AX)
}

// resume lets time pass and all threads go on that can, and tells whether the current one has ended
// its call. Who was interrupted outside of a call comes to the process.
func (r *rig) resume(nanos uint64) bool {
	r.now += nanos
	for again := true; again && r.killed == 0; {
		again = false
		for _, th := range r.threads {
			switch {
			case th == nil || r.killed != 0:
			case th.waits && th.goesOn():
				again, th.interrupted = true, false
				r.goOn(th)
			case !th.waits && th.interrupted:
				again, th.interrupted = true, false
				th.Reason = drivercall.Interrupted
				r.run(th, func() { r.p.Upcall(&th.Area) })
			}
		}
	}
	return !r.th.waits
}

// anyWaits tells whether a thread waits.
func (r *rig) anyWaits() bool {
	for _, th := range r.threads {
		if th != nil && th.waits {
			return true
		}
	}
	return false
}
