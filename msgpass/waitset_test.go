package msgpass

import (
	"testing"
	"time"

	"skerry/kernel"
)

// Flush kicks a peer that sleeps once per batch, and one that is awake never.
func TestFlushKicksSleepers(t *testing.T) {
	a, b := pair(t)
	core := a.core.(*fakeCore)
	ws, wr := NewWaitSet(core), NewWaitSet(b.core)
	if ws.Add(a) != nil || wr.Add(b) != nil {
		t.Fatal("an empty wait set is full")
	}
	core.kicks = map[kernel.CoreID]int{}
	send(a, 1)
	ws.Flush()
	if core.kicks[1] != 0 {
		t.Fatal("a peer that is awake was kicked")
	}
	wr.setSleeping(1)
	send(a, 2)
	send(a, 3)
	ws.Flush()
	ws.Flush()
	if core.kicks[1] != 1 {
		t.Fatalf("a sleeping peer was kicked %d times: want once", core.kicks[1])
	}
}

// Poll serves channels in turn, so that a busy one does not starve the others.
func TestPollIsFair(t *testing.T) {
	w := NewWaitSet(newFakeCore(0, 1, nil))
	var far [3]*Channel
	for i := range far {
		near, f := pair(t)
		far[i] = f
		if err := w.Add(near); err != nil {
			t.Fatal(err)
		}
		for range 10 {
			send(f, uint64(i))
		}
	}
	for turn := range 9 {
		c := w.Poll()
		if word, _ := receive(t, c); word != uint64(turn%3) {
			t.Fatalf("turn %d served channel %d: want %d", turn, word, turn%3)
		}
	}
}

// Wait finds the messages of a channel that came up while others always had some. A Wait that is
// content with what Poll knows does not.
func TestWaitStarvesNoChannel(t *testing.T) {
	if !findsLatecomer(t, func(w *WaitSet) *Channel { return w.Wait(0) }) {
		t.Error("Wait starves a channel that came up")
	}
	if findsLatecomer(t, (*WaitSet).Poll) {
		t.Error("a Wait that only polls is not found")
	}
}

// findsLatecomer lets one channel be busy and another come up, and tells whether that one is found.
func findsLatecomer(t *testing.T, wait func(*WaitSet) *Channel) bool {
	window := alignedBytes(t, kernel.WindowBytes)
	busy, far := pair(t)
	late, other := open(t, window, 0, 1, 1), open(t, window, 1, 0, 1)
	w := NewWaitSet(busy.core)
	if w.Add(late) != nil || w.Add(busy) != nil {
		t.Fatal("an empty wait set is full")
	}
	connect(t, late, other)
	send(other, 1)
	for range 2 * len(w.channels) {
		send(far, 1)
		c := wait(w)
		if c == late {
			return true
		}
		receive(t, c)
	}
	return false
}

// A message is found by Wait on a channel that came up, went down or was received from since it was
// added, though Poll keeps note of where to look.
func TestWaitFindsWhatPollForgot(t *testing.T) {
	window := alignedBytes(t, kernel.WindowBytes)
	a, b := open(t, window, 0, 1, 1), open(t, window, 1, 0, 1)
	w := NewWaitSet(b.core)
	if err := w.Add(b); err != nil {
		t.Fatal(err)
	}
	connect(t, a, b)
	for i := range uint64(3) {
		send(a, i)
		if w.Wait(0) != b {
			t.Fatalf("message %d is not found", i)
		}
		send(a, i)
		for range 2 {
			if _, ok := receive(t, b); !ok {
				t.Fatalf("message %d is not there", i)
			}
		}
	}
}

// A peer that sleeps is kicked for a message sent after the ring has grown, whatever was sent and
// flushed before: positions never come twice. Positions that start over with each level are found:
// one is that of the first Flush.
func TestFlushKicksAfterGrowth(t *testing.T) {
	growAfterFlush(t, func(*Sender) {})
	failure := failureOf(t, func(t testing.TB) {
		growAfterFlush(t, func(s *Sender) {
			s.head -= ringSlotsMin * LineBytes
			s.limit -= ringSlotsMin * LineBytes
		})
	})
	if failure == "" {
		t.Error("positions that start over are not found")
	}
}

// growAfterFlush looks at the positions after growth, for each one at the last Flush before; grown
// runs when the ring has grown.
func growAfterFlush(t testing.TB, grown func(*Sender)) {
	for first := range ringSlotsMin {
		a, b := pair(t)
		w := NewWaitSet(a.core)
		if err := w.Add(a); err != nil {
			t.Fatal(err)
		}
		sendAll(t, a, first)
		w.Flush()
		sendAll(t, a, ringSlotsMin-first)
		for range 10 {
			receive(t, b)
		}
		for range growAfter {
			if a.Out.TrySlot() != nil {
				t.Fatal("a full ring takes a message")
			}
		}
		a.Out.relieve()
		for sent := range ringSlotsMin {
			sendAll(t, a, 1)
			if sent == 0 {
				grown(&a.Out)
			}
			if a.Out.head == a.flushed {
				t.Fatalf("%d messages after growth, the position is that of the last Flush", sent+1)
			}
		}
	}
}

// sendAll sends messages that the channel must have room for.
func sendAll(t testing.TB, c *Channel, count int) {
	t.Helper()
	for i := range count {
		if !send(c, uint64(i)) {
			t.Fatalf("message %d of %d is refused", i, count)
		}
	}
}

// A core spins with a pause for each poll, unless pauses take long: also if the first tries did, as
// when others ran meanwhile.
func TestPausesAreCheap(t *testing.T) {
	for _, c := range []struct {
		steps []time.Duration
		want  int
	}{
		{[]time.Duration{pausesMax / 3}, 1},
		{[]time.Duration{time.Second, pausesMax / 3}, 1},
		{[]time.Duration{2 * pausesMax}, spinPolls},
	} {
		if w := NewWaitSet(&slowCore{fakeCore: newFakeCore(0, 1, nil), steps: c.steps}); w.pauses !=
			c.want {
			t.Errorf("pauses that take %v: %d polls for each: want %d", c.steps, w.pauses, c.want)
		}
	}
}

// slowCore is a core that spins, and whose clock moves on by steps of its own between two looks, by
// the last one again and again.
type slowCore struct {
	*fakeCore
	steps []time.Duration
	now   kernel.Instant
	looks int
}

func (c *slowCore) Boot() kernel.BootInfo { return kernel.BootInfo{WakeCost: time.Microsecond} }

func (c *slowCore) Now() kernel.Instant {
	if c.looks++; c.looks%2 == 0 { // the second one of a try
		c.now = c.now.Add(c.steps[0])
		c.steps = c.steps[min(1, len(c.steps)-1):]
	}
	return c.now
}
