package signal

import (
	"fmt"
	"slices"
	"testing"

	"skerry/kernel/errno"
	"skerry/kernel/thread"
)

// modelThread is a thread as a dumb model of signals has it.
type modelThread struct {
	pending, blocked map[Number]bool
	handlers         []Number          // that it is in, the innermost last
	saved            []map[Number]bool // what was blocked before each
	waits            bool
}

// modelSignals is a process whose signals 10 to 14 are caught.
type modelSignals struct {
	threads []*modelThread
}

// caught tells which signals have a handler; of the others of these tests, nothing comes.
func caught(n Number) bool { return n >= 10 && n <= 14 && n != SIGSEGV }

func (m *modelSignals) sendThread(th *modelThread, n Number) {
	if th.blocked[n] || caught(n) {
		th.pending[n] = true
	}
	if caught(n) && !th.blocked[n] {
		th.waits = false
	}
}

func (m *modelSignals) send(n Number) {
	taker := slices.IndexFunc(m.threads, func(th *modelThread) bool { return !th.blocked[n] })
	if taker < 0 {
		taker = modelThreads - 1
	}
	m.sendThread(m.threads[taker], n)
}

// deliver begins all handlers that it can.
func (m *modelSignals) deliver(th *modelThread) {
	for n := Number(1); n <= SignalsMax; n++ {
		if !th.pending[n] || th.blocked[n] {
			continue
		}
		delete(th.pending, n)
		if !caught(n) {
			continue
		}
		th.handlers, th.saved = append(th.handlers, n), append(th.saved, th.blocked)
		th.blocked = map[Number]bool{n: true}
		for b := range th.saved[len(th.saved)-1] {
			th.blocked[b] = true
		}
	}
}

func (m *modelSignals) comeBack(th *modelThread) {
	last := len(th.handlers) - 1
	th.blocked = th.saved[last]
	th.handlers, th.saved = th.handlers[:last], th.saved[:last]
}

func bitsOf(set map[Number]bool) (bits uint64) {
	for n := range set {
		bits |= n.bit()
	}
	return bits
}

// sender sends signals, or does it with a bug.
type sender struct {
	one     func(*rig, *thread.Thread, Number)
	all     func(*rig, Number)
	deliver func(*rig) Number
}

var soundSender = sender{
	func(r *rig, th *thread.Thread, n Number) { r.signals.Send(&r.table, th, n) },
	func(r *rig, n Number) { r.signals.Send(&r.table, Taker(&r.table, n), n) },
	func(r *rig) Number { return r.signals.Deliver(&r.space, r.table.Current()) },
}

// The threads share the rig's stack: each has room for the frames of nestMax handlers and of as
// many as can begin at once.
const (
	modelThreads    = 3
	modelStackBytes = 0x5000
	nestMax         = 10
)

// playSignals does what data says on a process of three threads, and on its model.
func playSignals(t testing.TB, do sender, data []byte) {
	r, m := newRig(t), &modelSignals{}
	for n := Number(10); n <= 14; n++ {
		if caught(n) {
			r.catch(n, 0, 0)
		}
	}
	for i := range modelThreads {
		if i > 0 {
			r.spawn()
		}
		th := r.table.Get(thread.ID(i + 1))
		th.Frame.SP = stackTop - uint64(i)*modelStackBytes
		m.threads = append(m.threads,
			&modelThread{pending: map[Number]bool{}, blocked: map[Number]bool{}})
	}
	for i := 0; i+1 < len(data); i += 2 {
		what := r.playOne(m, do, data[i], data[i+1])
		if err := m.compare(r); err != nil {
			t.Fatalf("operation %d, %s: %v", i/2, what, err)
		}
	}
}

// playOne does one operation. Signals are 9 + 1 to 8, of which 17 is ignored.
func (r *rig) playOne(m *modelSignals, do sender, op, arg byte) string {
	id := r.table.Current().ID()
	mine, n := m.threads[id-1], Number(10+arg/modelThreads%8)
	if n == SIGSEGV || n > 14 {
		n = SIGCHLD
	}
	switch op % 8 {
	case 0, 1:
		to := arg % modelThreads
		do.one(r, r.table.Get(thread.ID(to+1)), n)
		m.sendThread(m.threads[to], n)
		return fmt.Sprintf("send %d to %d", n, to+1)
	case 2:
		do.all(r, n)
		m.send(n)
		return fmt.Sprintf("send %d", n)
	case 3:
		SetMask(r.table.Current(), r.table.Current().Mask^n.bit())
		mine.blocked[n] = !mine.blocked[n]
		if !mine.blocked[n] {
			delete(mine.blocked, n)
		}
		return fmt.Sprintf("block %d or not", n)
	case 4, 5:
		if len(mine.handlers) < nestMax {
			r.enter()
			do.deliver(r)
			m.deliver(mine)
		}
		return "deliver"
	case 6:
		if len(mine.handlers) > 0 {
			r.comeBack()
			r.signals.Return(&r.space, r.table.Current())
			m.comeBack(mine)
		}
		return "return"
	}
	r.turn(m, mine, arg)
	return "switch"
}

// turn lets another thread run. The one that ran waits, perhaps, if nothing is to be delivered and
// not all would wait.
func (r *rig) turn(m *modelSignals, mine *modelThread, arg byte) {
	waiting := 0
	for _, th := range m.threads {
		if th.waits {
			waiting++
		}
	}
	deliverable := bitsOf(mine.pending) &^ bitsOf(mine.blocked)
	if arg%2 == 0 && waiting < modelThreads-1 && deliverable == 0 {
		r.table.Current().Frame.AX = 1
		r.table.Wait(thread.File, 0, 0)
		mine.waits = true
	} else {
		r.table.Yield()
	}
}

// compare requires that pending and blocked signals, handlers and waits are those of the model.
func (m *modelSignals) compare(r *rig) error {
	for i, want := range m.threads {
		th := r.table.Get(thread.ID(i + 1))
		waits, last := th.State() == thread.File, Number(0)
		if len(want.handlers) > 0 {
			last = want.handlers[len(want.handlers)-1]
		}
		at := uint64(0x40_0010)
		if last != 0 {
			at = handlerAt + uint64(last)*16
		}
		switch {
		case th.Pending != bitsOf(want.pending) || th.Mask != bitsOf(want.blocked):
			return fmt.Errorf("thread %d has %#x pending, %#x blocked: want %#x and %#x", i+1,
				th.Pending, th.Mask, bitsOf(want.pending), bitsOf(want.blocked))
		case th.Frame.IP != at:
			return fmt.Errorf("thread %d is at %#x: want handler %d", i+1, th.Frame.IP, last)
		case waits != want.waits:
			return fmt.Errorf("thread %d waits: %v, want %v", i+1, waits, want.waits)
		case !waits && th.State() == thread.Ready && th.Frame.AX == 1:
			return fmt.Errorf("thread %d's wait ended with %d: want %d", i+1,
				int64(th.Frame.AX), errno.EINTR)
		}
	}
	return nil
}
