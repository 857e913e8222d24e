package msgpass

import (
	"testing"

	"skerry/kernel"
)

// world is two ends of a window and the dumb model of what they say to each other.
type world struct {
	window []byte
	ends   [2]*Channel
	lives  [2]uint64
	up     bool                    // both
	sent   [2]queue                // by end
	calls  [2][callSlots]modelCall // by calling end
}

// modelCall is the model of a call slot.
type modelCall struct {
	state int // 0 idle, 1 called, 2 answered
	word  uint64
}

func (w *world) open(t testing.TB, end int) {
	w.lives[end]++
	w.ends[end] = open(t, w.window, kernel.CoreID(end), kernel.CoreID(1-end), w.lives[end])
}

// die lets an end die and its next life begin; the other hears of it.
func (w *world) die(t testing.TB, end int) {
	w.open(t, end)
	want := 0
	if w.up {
		want = w.sent[1-end].lines[0]
	}
	if lost := w.ends[1-end].PeerDied(w.lives[end] - 1); lost != want {
		t.Fatalf("%d lines lost: the model has %d", lost, want)
	}
	w.up, w.sent, w.calls = false, [2]queue{}, [2][callSlots]modelCall{}
}

// call takes the next step of a call from an end by a slot.
func (w *world) call(t testing.TB, end, slot int, word uint64) {
	caller, callee := w.ends[end].Callers[slot], w.ends[1-end].Callees[slot]
	m := &w.calls[end][slot]
	request, reply := callee.Request(), caller.Reply()
	if (request != 0) != (m.state == 1) || (reply != 0) != (m.state == 2) {
		t.Fatalf("call slot %d: request %#x, reply %#x: the model is in state %d", slot,
			uint64(request), uint64(reply), m.state)
	}
	switch m.state {
	case 0:
		caller.Line()[3] = word
		caller.Call(MakeHeader(testType, 32, uint32(word)))
		*m = modelCall{1, word}
	case 1:
		if got := callee.Line()[3]; got != m.word || request.Tag() != uint32(m.word) {
			t.Fatalf("call slot %d: request %d: want %d", slot, got, m.word)
		}
		callee.Line()[5] = ^m.word
		callee.Answer(request)
		m.state = 2
	case 2:
		if got := caller.Line()[5]; got != ^m.word {
			t.Fatalf("call slot %d: reply %#x: want %#x", slot, got, ^m.word)
		}
		caller.Call(0)
		m.state = 0
	}
}

// step does one operation on the real thing and on the model.
func (w *world) step(t testing.TB, in *script) {
	op := in.byte()
	end := op >> 7
	c := w.ends[end]
	switch op % 8 {
	case 0, 1:
		if w.up {
			w.sent[end].offer(t, &c.Out, sizeOf(in.byte()))
		} else if c.Out.TrySlot() != nil {
			t.Fatal("a channel that is down takes a message")
		}
	case 2, 3:
		l, h, err := c.Next()
		if err != nil {
			t.Fatal(err)
		}
		w.sent[1-end].accept(t, &c.In, l, h)
	case 4:
		if w.up {
			w.call(t, end, in.byte()%callSlots, uint64(in.byte()))
		}
	case 5:
		for range in.byte() {
			if w.up {
				w.sent[end].offer(t, &c.Out, 56)
			}
		}
	case 6:
		w.die(t, end)
	case 7:
		connect(t, w.ends[end], w.ends[1-end])
		w.up = true
	}
	if w.ends[0].Up() != w.up || w.ends[1].Up() != w.up {
		t.Fatalf("up is %v and %v: the model says %v", w.ends[0].Up(), w.ends[1].Up(), w.up)
	}
}

// compareChannel does what data says on a channel and on the model. A nil plant plants nothing;
// what it returns runs before each operation.
func compareChannel(t testing.TB, window, data []byte, plant func(*world) func()) {
	clear(window)
	w := &world{window: window}
	w.open(t, 0)
	w.open(t, 1)
	spoil := func() {}
	if plant != nil {
		spoil = plant(w)
	}
	in := &script{data}
	for steps := 0; !in.done() && steps < stepsMax; steps++ {
		spoil()
		w.step(t, in)
	}
}

// A channel does what two slices do, whatever the order of messages, calls, growth, deaths of
// either end and new connections.
func FuzzChannel(f *testing.F) {
	f.Add([]byte{7, 0, 10, 128, 200, 2, 130, 4, 1, 9, 4, 1, 0, 4, 1, 0})
	f.Add(bytesOf(20, 7, 0, 200, 128, 9, 6, 2, 7, 130, 134))
	f.Add(bytesOf(60, 7, 5, 255, 130, 130, 133, 255, 2, 2, 2))
	window := alignedBytes(f, kernel.WindowBytes)
	f.Fuzz(func(t *testing.T, data []byte) { compareChannel(t, window, data, nil) })
}

// unclean returns the plant of an end 0 that does not clear something for a new epoch.
func unclean(keep func(window []byte) (restore func())) func(*world) func() {
	return func(w *world) func() {
		up, restore := true, func() {}
		return func() {
			if w.up && !up {
				restore()
			}
			if up = w.up; !up {
				restore = keep(w.window)
			}
		}
	}
}

// The comparison finds an end that does not clear the rings, or the call slots, for a new epoch.
func TestChannelPlantsAreFound(t *testing.T) {
	window := alignedBytes(t, kernel.WindowBytes)
	wantSound(t, func(data []byte) { compareChannel(t, window, data, nil) })
	for name, plant := range map[string]func(*world) func(){
		"does not clear the rings":      unclean(keepRings),
		"does not clear the call slots": unclean(keepCalls),
	} {
		wantFound(t, name, func(t testing.TB, data []byte) {
			compareChannel(t, window, data, plant)
		})
	}
}
