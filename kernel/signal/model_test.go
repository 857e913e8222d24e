package signal

import (
	"fmt"
	"slices"
	"testing"
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
	pending map[Number]bool // sent to the process
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
	if taker < 0 || caught(n) {
		m.pending[n] = true
	}
	if taker >= 0 && caught(n) {
		m.threads[taker].waits = false
	}
}

// deliver begins all handlers that it can.
func (m *modelSignals) deliver(th *modelThread) {
	for n := Number(1); n <= SignalsMax; n++ {
		if !th.pending[n] && !m.pending[n] || th.blocked[n] {
			continue
		}
		delete(th.pending, n)
		delete(m.pending, n)
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
	one     func(*rig, *actor, Number)
	all     func(*rig, Number)
	deliver func(*rig, *actor) Number
}

var soundSender = sender{(*rig).send, (*rig).sendAll, (*rig).deliver}

// The threads share the rig's stack: each has room for the frames of nestMax handlers and of as
// many as can begin at once.
const (
	modelThreads    = 3
	modelStackBytes = 0x5000
	nestMax         = 10
)

// playSignals does what data says on a process of three threads, and on its model.
func playSignals(t testing.TB, do sender, data []byte) {
	r, m := newRig(t), &modelSignals{pending: map[Number]bool{}}
	for n := Number(10); n <= 14; n++ {
		if caught(n) {
			r.catch(n, 0, 0)
		}
	}
	for i := range modelThreads {
		if i > 0 {
			r.spawn()
		}
		r.threads[i].area.Frame.SP = r.top() - uint64(i)*modelStackBytes
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
	who := op / 8 % modelThreads
	th, mine, n := r.threads[who], m.threads[who], Number(10+arg/modelThreads%8)
	if n == SIGSEGV || n > 14 {
		n = SIGCHLD
	}
	switch op % 8 {
	case 0, 1:
		to := arg % modelThreads
		do.one(r, r.threads[to], n)
		m.sendThread(m.threads[to], n)
		return fmt.Sprintf("send %d to %d", n, to+1)
	case 2:
		do.all(r, n)
		m.send(n)
		return fmt.Sprintf("send %d", n)
	case 3:
		th.SetMask(th.Mask ^ n.bit())
		mine.blocked[n] = !mine.blocked[n]
		if !mine.blocked[n] {
			delete(mine.blocked, n)
		}
		return fmt.Sprintf("block %d or not", n)
	case 4, 5:
		if len(mine.handlers) < nestMax && !mine.waits {
			do.deliver(r, th)
			m.deliver(mine)
		}
		return "deliver"
	case 6:
		if len(mine.handlers) > 0 && !mine.waits {
			th.restore()
			r.comeBack(th)
			m.comeBack(mine)
		}
		return "return"
	}
	if bitsOf(mine.pending)|bitsOf(m.pending)&^bitsOf(mine.blocked) == 0 {
		th.waits, mine.waits = true, true
	}
	return "wait"
}

// compare requires that pending and blocked signals, handlers and waits are those of the model.
func (m *modelSignals) compare(r *rig) error {
	if r.signals.Pending != bitsOf(m.pending) {
		return fmt.Errorf("the process has %#x pending: want %#x", r.signals.Pending,
			bitsOf(m.pending))
	}
	for i, want := range m.threads {
		th, at := r.threads[i], uint64(0x40_0010)
		if last := len(want.handlers) - 1; last >= 0 {
			at = handlerAt + uint64(want.handlers[last])*16
		}
		switch {
		case th.Pending != bitsOf(want.pending) || th.Mask != bitsOf(want.blocked):
			return fmt.Errorf("thread %d has %#x pending, %#x blocked: want %#x and %#x", i+1,
				th.Pending, th.Mask, bitsOf(want.pending), bitsOf(want.blocked))
		case th.area.Frame.IP != at:
			return fmt.Errorf("thread %d is at %#x: want %#x", i+1, th.area.Frame.IP, at)
		case th.waits != want.waits:
			return fmt.Errorf("thread %d waits: %v, want %v", i+1, th.waits, want.waits)
		}
	}
	return nil
}
