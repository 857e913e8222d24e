package thread

import "math/bits"

// Table has all threads of an instance.
type Table struct {
	threads [ThreadsMax]Thread // first: FXSAVE wants them aligned

	// Pending has the signals sent to the process that no thread has taken yet, as in Thread.
	Pending uint64

	used    uint64  // bit i: threads[i] is not Free
	running *Thread // or nil
	ready   queue
	turnEnd uint64 // when the running thread's quantum is over

	waiting [queuesCount]queue
	timed   uint64  // bit i: threads[i] waits with a deadline
	soonest *Thread // of those, the one with the earliest
}

// Current returns the running thread, or nil.
func (t *Table) Current() *Thread { return t.running }

// Contended tells whether a thread is ready that does not run.
func (t *Table) Contended() bool { return t.ready.first != nil }

// CurrentID returns the running thread's number, or 0.
func (t *Table) CurrentID() ID {
	if t.running == nil {
		return 0
	}
	return t.running.id
}

// Get returns a thread by its number, or nil.
func (t *Table) Get(id ID) *Thread {
	if i := uint64(id) - 1; i < ThreadsMax && t.used>>i&1 != 0 {
		return &t.threads[i]
	}
	return nil
}

// Spawn makes a thread that is Ready, or returns nil if there are ThreadsMax. It inherits the
// registers, with 0 as the result of the call, and the blocked signals of the running thread; if
// none is running, its registers are 0, and its FPU is as for a new program.
func (t *Table) Spawn() *Thread {
	i := uint64(bits.TrailingZeros64(^t.used))
	if i >= ThreadsMax {
		return nil
	}
	th := &t.threads[i]
	*th = Thread{id: ID(i + 1)}
	if parent := t.running; parent != nil {
		th.FX, th.Frame = parent.FX, parent.Frame
		th.FSBase, th.Mask = parent.FSBase, parent.Mask
		th.Frame.AX = 0
	} else {
		th.FX.Reset()
	}
	t.used |= 1 << i
	t.makeReady(th)
	return th
}

// Exit ends the running thread and tells whether others are left.
func (t *Table) Exit() bool {
	th := t.stop()
	th.state = Free
	t.used &^= th.bit()
	return t.used != 0
}

// Yield sends the running thread to the end of the run queue.
func (t *Table) Yield() { t.makeReady(t.stop()) }

// Next returns the running thread; if none is, the first that is ready begins its turn. It returns
// nil if all threads wait.
func (t *Table) Next(now uint64) *Thread {
	th := t.running
	if th != nil {
		return th
	}
	th = t.ready.first
	if th != nil {
		t.ready.remove(th)
		th.state = Running
		t.running, t.turnEnd = th, now+QuantumNanos
	}
	return th
}

// stop takes the running thread off the processor. Only a thread that runs makes calls: there is
// one.
func (t *Table) stop() *Thread {
	th := t.running
	if th == nil {
		panic("thread: no thread is running: want one")
	}
	t.running = nil
	return th
}

func (t *Table) makeReady(th *Thread) {
	th.state = Ready
	t.ready.add(th)
}

func (th *Thread) bit() uint64 { return 1 << (th.id - 1) }
