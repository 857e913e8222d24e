package sim

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"time"

	"skerry/kernel"
	"skerry/kernel/epitaph"
)

// life is one life of a core: the kernel.Core that its program is given.
type life struct {
	machine *Machine
	info    kernel.BootInfo
	kicked  chan struct{}   // holds one element if a kick or notice came since the last Wait
	fence   chan struct{}   // closed when the life is over
	notices []kernel.Notice // not yet returned; at most one per core; guarded by machine.mu
}

func newLife(m *Machine, id kernel.CoreID, incarnation uint64) *life {
	info := kernel.BootInfo{Core: id, Cores: m.ids, Incarnation: incarnation, Args: m.cfg.Args}
	return &life{
		machine: m, info: info, kicked: make(chan struct{}, 1), fence: make(chan struct{}),
	}
}

// run runs the program, and reports how it ended. It does nothing for a life that is over already.
func (l *life) run() {
	last := order{core: l.info.Core, life: l, cause: epitaph.Panicked}
	last.reason = "the program ended its goroutine" // what runtime.Goexit and t.FailNow come to
	defer func() {
		if p := recover(); p != nil {
			last.reason = fmt.Sprint(p)
			l.panicked(last.reason, debug.Stack())
		}
		_ = l.machine.end(last, l) // an error says that another death was faster
	}()
	err := l.machine.program(l)
	if err != nil {
		last.reason = err.Error()
		return
	}
	last.cause, last.reason = epitaph.Exited, "the program returned"
}

// panicked makes the test fail, unless panics are part of it.
func (l *life) panicked(reason string, stack []byte) {
	if !l.machine.cfg.Panics {
		l.machine.complain("sim: %v, life %d: panic: %s: want none\n%s",
			l.info.Core, l.info.Incarnation, reason, stack)
	}
}

// enter begins every driver call: a life that is over gets no further.
func (l *life) enter() {
	select {
	case <-l.fence:
		l.park()
	default:
	}
}

// park keeps the goroutine that calls until the machine has ended, and then ends it; so its
// deferred functions run when nobody is there any more to see what they do.
func (l *life) park() {
	<-l.machine.over
	runtime.Goexit()
}

// tell adds a notice; the machine's lock is held.
func (l *life) tell(n kernel.Notice) {
	l.wake()
	for i := range l.notices {
		if l.notices[i].Core == n.Core {
			l.notices[i] = n
			return
		}
	}
	l.notices = append(l.notices, n)
}

// wake makes the present or next Wait return.
func (l *life) wake() {
	select {
	case l.kicked <- struct{}{}:
	default: // it will already
	}
}

// timer returns a channel that is ready at the deadline; nil for never.
func (l *life) timer(deadline kernel.Instant) (<-chan time.Time, func() bool) {
	if deadline == kernel.Forever {
		return nil, func() bool { return true }
	}
	t := time.NewTimer(deadline.Sub(l.machine.Now()))
	return t.C, t.Stop
}
