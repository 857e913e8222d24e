package msgpass

import (
	"testing"

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
