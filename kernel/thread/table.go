package thread

import "math/bits"

// Table has all threads of an instance.
type Table struct {
	threads [ThreadsMax]Thread // first: FXSAVE wants them aligned

	used    uint64  // bit i: threads[i] is not Free
	ready   uint64  // bit i: threads[i] is Ready
	running *Thread // one that is Ready, or nil if none is
	waits   uint64  // how many there were
	soonest uint64  // no deadline of a wait is earlier; 0: there is none
}

// Current returns the running thread, or nil.
func (t *Table) Current() *Thread { return t.running }

// Contended tells whether a thread is ready that does not run.
func (t *Table) Contended() bool { return t.ready&(t.ready-1) != 0 }

// Get returns a thread by its number, or nil.
func (t *Table) Get(id ID) *Thread {
	if i := uint64(id) - 1; i < ThreadsMax && t.used>>i&1 != 0 {
		return &t.threads[i]
	}
	return nil
}

// Spawn makes a thread that is Ready, with no registers yet, or returns nil if there are
// ThreadsMax. Its FPU and FS base are those of the running thread or, if none is running, as for a
// new program.
func (t *Table) Spawn() *Thread {
	i := uint64(bits.TrailingZeros64(^t.used))
	if i >= ThreadsMax {
		return nil
	}
	th := &t.threads[i]
	*th = Thread{id: ID(i + 1)}
	if parent := t.running; parent != nil {
		th.FX, th.FSBase = parent.FX, parent.FSBase
	} else {
		th.FX.Reset()
	}
	t.used |= 1 << i
	t.makeReady(th)
	return th
}

// Exit ends the running thread and tells whether others are left.
func (t *Table) Exit() bool {
	th := t.leave(Free)
	t.used &^= th.bit()
	return t.used != 0
}

// Yield ends the running thread's turn: the next one that is ready, by number, runs.
func (t *Table) Yield() {
	if !t.Contended() {
		return
	}
	next := t.ready >> t.running.id << t.running.id
	if next == 0 {
		next = t.ready
	}
	t.running = &t.threads[bits.TrailingZeros64(next)%ThreadsMax]
}

// leave takes the running thread off the processor, for the next one that is ready. Only a thread
// that runs makes calls: there is one.
func (t *Table) leave(to State) *Thread {
	th := t.running
	if th == nil {
		panic("thread: no thread is running: want one")
	}
	t.Yield()
	if t.running == th {
		t.running = nil
	}
	t.ready &^= th.bit()
	th.state = to
	return th
}

// makeReady has a thread run as soon as it can.
func (t *Table) makeReady(th *Thread) {
	th.state = Ready
	t.ready |= th.bit()
	if t.running == nil {
		t.running = th
	}
}

func (th *Thread) bit() uint64 { return 1 << (th.id - 1) }
