package msgpass

import (
	"errors"
	"testing"

	"skerry/kernel"
)

// send sends one line with the given word; false if the channel refuses.
func send(c *Channel, word uint64) bool {
	l := c.Out.TrySlot()
	if l == nil {
		return false
	}
	l[0] = word
	c.Out.Publish(l, MakeHeader(testType, 8, 0))
	return true
}

// receive returns the next message's word; false if there is none.
func receive(t testing.TB, c *Channel) (uint64, bool) {
	t.Helper()
	l, h, err := c.Next()
	if err != nil {
		t.Fatal(err)
	}
	if h == 0 {
		return 0, false
	}
	word := l[0]
	c.In.ReleaseMessage(h)
	return word, true
}

// A ring that is refused again and again grows, flush by flush, to its largest level, and no
// message is lost, doubled or reordered on the way. A flush that forgets the ring is found.
func TestChannelGrowsUnderTraffic(t *testing.T) {
	growUnderTraffic(t, func(c *Channel) func() { return c.Flush })
	growUnderTraffic(t, func(c *Channel) func() {
		w := NewWaitSet(c.core)
		if err := w.Add(c); err != nil {
			t.Fatal(err)
		}
		return w.Flush
	})
	failure := failureOf(t, func(t testing.TB) {
		growUnderTraffic(t, func(*Channel) func() { return func() {} })
	})
	if failure == "" {
		t.Error("a flush that forgets the ring is not found")
	}
}

// growUnderTraffic sends faster than it receives, with a flush behind each refusal.
func growUnderTraffic(t testing.TB, flushOf func(*Channel) func()) {
	t.Helper()
	a, b := pair(t)
	flush := flushOf(a)
	var sent, got uint64
	for refusals := 0; refusals < 1000; {
		if send(a, sent) {
			sent++
			continue
		}
		refusals++
		flush()
		for range 3 {
			if word, ok := receive(t, b); ok {
				if word != got {
					t.Fatalf("received %d: want %d", word, got)
				}
				got++
			}
		}
	}
	for word, ok := receive(t, b); ok; word, ok = receive(t, b) {
		if word != got {
			t.Fatalf("received %d: want %d", word, got)
		}
		got++
	}
	if got != sent {
		t.Fatalf("received %d messages of %d", got, sent)
	}
	if size := int(a.Out.mask+1) / LineBytes; size != RingSlotsMax {
		t.Fatalf("the ring grew to %d slots: want %d", size, RingSlotsMax)
	}
}

// When either end dies, at any point of a conversation, the next life and the survivor agree on a
// new epoch, and nothing of the old one is received in it. An epoch that begins with the lines of
// the last one is found.
func TestChannelStartsOverAfterDeath(t *testing.T) {
	startOver(t, func([]byte) func() { return func() {} })
	if failure := failureOf(t, func(t testing.TB) { startOver(t, keepRings) }); failure == "" {
		t.Error("rings that were not cleared are not found")
	}
}

// startOver lets the ends die in turn; keep runs before each new connection, what it returns after.
func startOver(t testing.TB, keep func(window []byte) (restore func())) {
	w := alignedBytes(t, kernel.WindowBytes)
	lives := [2]uint64{1, 1}
	c := [2]*Channel{open(t, w, 0, 1, 1), open(t, w, 1, 0, 1)}
	connect(t, c[0], c[1])
	for round := range 20 {
		victim := round % 2
		survivor := 1 - victim
		for i := range 10 {
			send(c[0], uint64(1000+i))
			send(c[1], uint64(1000+i))
		}
		for range round % 5 {
			receive(t, c[victim])
		}
		lives[victim]++
		c[victim] = open(t, w, kernel.CoreID(victim), kernel.CoreID(survivor), lives[victim])
		c[victim].Connect()
		if lost, want := c[survivor].PeerDied(lives[victim]-1), 10-round%5; lost != want {
			t.Fatalf("round %d: %d lines lost: want %d", round, lost, want)
		}
		if send(c[survivor], 1) {
			t.Fatal("a channel that is down takes a message")
		}
		restore := keep(w)
		connect(t, c[0], c[1])
		restore()
		own, peer := c[survivor].Epoch()
		if own != lives[survivor] || peer != lives[victim] {
			t.Fatalf("round %d: epoch is %d, %d: want %d, %d", round, own, peer,
				lives[survivor], lives[victim])
		}
		for _, end := range c {
			if word, ok := receive(t, end); ok {
				t.Fatalf("round %d: received %d from the last epoch", round, word)
			}
		}
	}
}

// A peer with another layout is refused with both versions named, and accepted in its next life.
func TestChannelRefusesOtherLayout(t *testing.T) {
	w := alignedBytes(t, kernel.WindowBytes)
	a, b := open(t, w, 0, 1, 1), open(t, w, 1, 0, 1)
	b.link.own[linkVersion] = layoutVersion + 1<<32
	if _, err := a.Connect(); err == nil {
		t.Fatal("a peer with another layout is accepted")
	} else {
		t.Log(err)
	}
	if _, err := a.Connect(); err != nil {
		t.Fatalf("the same peer is refused with an error again: %v", err)
	}
	b = open(t, w, 1, 0, 2)
	connect(t, a, b)
}

// A header that no sender makes brings the channel down, and nothing else.
func TestChannelDropsPeerThatBreaksProtocol(t *testing.T) {
	for _, h := range []Header{
		1, flagPresent, MakeHeader(typeFurther, 0, 0), MakeHeader(testType, 0, 0) | flagUnused,
		MakeHeader(testType, MessageBytesMax+1, 0), MakeHeader(testType, 0, 0) | flagContinued,
	} {
		a, b := pair(t)
		a.Out.Publish(a.Out.TrySlot(), h)
		if _, _, err := b.Next(); !errors.Is(err, ErrProtocol) || b.Up() {
			t.Errorf("header %#x: error %v, up %v: want ErrProtocol and down", uint64(h), err,
				b.Up())
		}
	}
}

// A message that spans lines arrives whole; its further lines are checked.
func TestMessageSpansLines(t *testing.T) {
	a, b := pair(t)
	for size := range MessageBytesMax + 1 {
		first := a.Out.TrySlots(size)
		if first == nil {
			t.Fatalf("no room for %d bytes in an empty ring", size)
		}
		h := MakeHeader(testType, size, uint32(size))
		for i := 1; i < h.lines(); i++ {
			a.Out.Further(i)[6] = uint64(i)
		}
		a.Out.PublishMessage(h)
		_, got, err := b.Next()
		if err != nil || got != h {
			t.Fatalf("size %d: header %#x, error %v: want %#x", size, uint64(got), err, uint64(h))
		}
		for i := 1; i < h.lines(); i++ {
			if l, ok := b.In.Further(i); !ok || l[6] != uint64(i) {
				t.Fatalf("size %d: line %d holds %d, sound %v", size, i, l[6], ok)
			}
		}
		b.In.ReleaseMessage(h)
	}
}

// A reply comes back in the line of its request.
func TestCallSlot(t *testing.T) {
	a, b := pair(t)
	caller, callee := a.Callers[2], b.Callees[2]
	for i := range uint64(10) {
		if callee.Request() != 0 {
			t.Fatal("a request before the call")
		}
		caller.Line()[0] = i
		caller.Call(MakeHeader(testType, 8, uint32(i)))
		if caller.Reply() != 0 {
			t.Fatal("a reply before the answer")
		}
		h := callee.Request()
		callee.Line()[0] *= 2
		callee.Answer(h)
		if r := caller.Reply(); r.Tag() != uint32(i) || caller.Line()[0] != 2*i {
			t.Fatalf("call %d: reply %#x with %d", i, uint64(r), caller.Line()[0])
		}
	}
}
