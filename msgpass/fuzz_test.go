package msgpass

import (
	"slices"
	"testing"
)

// The dumb models of the fuzz targets. A queue stands for a ring: a slice of messages, each a slice
// of words, and the level of the ring that it was sent on.
type queue struct {
	messages []modelMessage
	next     uint64      // the word that the next message begins with
	lines    map[int]int // that the messages occupy, by slots of the level; 0: in all
}

type modelMessage struct {
	header Header
	words  []uint64 // one of each line
	slots  int      // of the level it lies in
}

// add counts a message's lines, where it lies and in all; sign is 1 or -1.
func (q *queue) add(m modelMessage, sign int) {
	if q.lines == nil {
		q.lines = map[int]int{}
	}
	q.lines[m.slots] += sign * len(m.words)
	q.lines[0] += sign * len(m.words)
}

// stepsMax bounds the operations of one input.
const stepsMax = 400

// script feeds a fuzz target: a byte at a time, then zeroes.
type script struct{ rest []byte }

func (s *script) done() bool { return len(s.rest) == 0 }

func (s *script) byte() int {
	if s.done() {
		return 0
	}
	b := s.rest[0]
	s.rest = s.rest[1:]
	return int(b)
}

// offer sends a message of size bytes on the real ring and on the model. A refusal is right if the
// level has less than a batch, or the message's lines, free; acceptance is right if it has room.
// Behind each refusal comes what Flush does.
func (q *queue) offer(t testing.TB, s *Sender, size int) {
	t.Helper()
	h := MakeHeader(testType, size, uint32(q.next))
	slots := int(s.mask+1) / LineBytes
	used, batch := q.lines[slots], int(s.batch)/LineBytes
	var first *Line
	if h.lines() == 1 && q.next%2 == 0 {
		first = s.TrySlot()
	} else {
		first = s.TrySlots(size)
	}
	switch {
	case first == nil && used+max(batch, h.lines()) <= slots:
		t.Fatalf("refused %d lines: %d of %d slots are used, batch %d", h.lines(), used, slots,
			batch)
	case first == nil:
		s.relieve()
		return
	case used+h.lines() > slots:
		t.Fatalf("accepted %d lines: %d of %d slots are used", h.lines(), used, slots)
	}
	m := modelMessage{header: h, slots: slots}
	for i := range h.lines() {
		l := first
		if i > 0 {
			l = s.Further(i)
		}
		word := q.next<<8 | uint64(i)
		l[0], l[6] = word, ^word
		m.words = append(m.words, word)
	}
	q.messages = append(q.messages, m)
	q.add(m, 1)
	q.next++
	if h.lines() == 1 {
		s.Publish(first, h)
		return
	}
	s.PublishMessage(h)
}

// accept compares what Peek returned with the model's oldest message.
func (q *queue) accept(t testing.TB, r *Receiver, l *Line, h Header) {
	t.Helper()
	if len(q.messages) == 0 {
		if h != 0 {
			t.Fatalf("received header %#x: nothing was sent", uint64(h))
		}
		return
	}
	m := q.messages[0]
	if h != m.header {
		t.Fatalf("received header %#x: sent %#x", uint64(h), uint64(m.header))
	}
	for i, word := range m.words {
		if i > 0 {
			var ok bool
			if l, ok = r.Further(i); !ok {
				t.Fatalf("line %d of %#x is no further line", i, uint64(h))
			}
		}
		if l[0] != word || l[6] != ^word {
			t.Fatalf("line %d of %#x holds %#x, %#x: sent %#x", i, uint64(h), l[0], l[6], word)
		}
	}
	r.ReleaseMessage(h)
	q.messages = q.messages[1:]
	q.add(m, -1)
}

// sizeOf spreads a byte over the sizes of messages.
func sizeOf(b int) int { return min(b*4, MessageBytesMax) }

// ringWorld is both ends of a ring and the dumb model of it.
type ringWorld struct {
	s     Sender
	r     Receiver
	q     queue
	plant func() // puts a planted bug's doing into effect, before each message
}

func (w *ringWorld) send(t testing.TB, size int) {
	w.plant()
	w.q.offer(t, &w.s, size)
}

func (w *ringWorld) receive(t testing.TB) {
	w.plant()
	l, h := w.r.Peek()
	for h != 0 && h.Type() == typeGrow {
		if !w.r.follow() {
			t.Fatal("the sender grew beyond the last level")
		}
		l, h = w.r.Peek()
	}
	w.q.accept(t, &w.r, l, h)
}

// step does one operation on the real ring and on the model.
func (w *ringWorld) step(t testing.TB, in *script) {
	switch in.byte() % 4 {
	case 0:
		w.send(t, sizeOf(in.byte()))
	case 1:
		w.receive(t)
	case 2:
		for range in.byte() {
			w.send(t, 8)
		}
	case 3:
		for range in.byte() {
			w.receive(t)
		}
	}
}

// compareRing does what data says on a ring and on the model. A nil plant plants nothing.
func compareRing(t testing.TB, mem, data []byte, plant func(*ringWorld) func()) {
	const first = ringSlotsMin * LineBytes
	clear(mem[:first])
	in := &script{data}
	start := in.byte() % ringSlotsMin
	w := &ringWorld{
		s: makeSender(mem[:first], mem[first:], start),
		r: makeReceiver(mem[:first], mem[first:], start), plant: func() {},
	}
	if plant != nil {
		w.plant = plant(w)
	}
	for steps := 0; !in.done() && steps < stepsMax; steps++ {
		w.step(t, in)
	}
	if got, want := countLines(mem[:ringBytes-len(w.s.rest)]), w.q.lines[0]; got != want {
		t.Fatalf("%d lines hold messages: the model has %d", got, want)
	}
}

// A ring does what a slice does, whatever the order of messages of all sizes, releases, refusals
// and growth.
func FuzzRing(f *testing.F) {
	f.Add([]byte{0, 0, 10, 1, 0, 200, 1, 1, 1})
	f.Add(append(bytesOf(100, 0, 255), bytesOf(100, 2, 255, 3, 7)...))
	f.Add(bytesOf(400, 2, 255, 3, 3))
	f.Add(bytesOf(300, 0, 224, 1, 0, 5))
	mem := alignedBytes(f, ringBytes)
	f.Fuzz(func(t *testing.T, data []byte) { compareRing(t, mem, data, nil) })
}

// The comparison finds a sender that looks at the wrong end of a batch, and one that goes on in a
// level that it did not clear.
func TestRingPlantsAreFound(t *testing.T) {
	mem := alignedBytes(t, ringBytes)
	wantSound(t, func(data []byte) { compareRing(t, mem, data, nil) })
	for name, plant := range map[string]func(w *ringWorld) func(){
		"claims a batch whose first slot alone is free": func(w *ringWorld) func() {
			return func() {
				if w.s.head >= w.s.limit && w.s.at(w.s.head).header() == 0 {
					w.s.limit = w.s.head + w.s.batch
				}
			}
		},
		"leaves old lines in a new level": func(w *ringWorld) func() {
			level := w.s.mask
			return func() {
				if w.s.mask != level {
					w.s.at(w.s.head).publish(MakeHeader(testType, 8, 0))
					level = w.s.mask
				}
			}
		},
	} {
		wantFound(t, name, func(t testing.TB, data []byte) { compareRing(t, mem, data, plant) })
	}
}

// bytesOf returns the pattern n times.
func bytesOf(n int, pattern ...byte) []byte { return slices.Repeat(pattern, n) }
