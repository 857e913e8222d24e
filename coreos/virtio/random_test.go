package virtio

import (
	"bytes"
	"strings"
	"testing"
)

// newRandomModel returns a source that answers each request with the numbers that come next.
func newRandomModel() *model {
	m := newModel()
	m.kind, m.offered = 4, featureVersion1|featureEventIndex
	for i := range m.queues {
		m.queues[i].most = 8
	}
	return m
}

// answer has the model answer a request with so many bytes, which it says to be more.
func (m *model) answer(bytes, more int, first byte) bool {
	q := &m.queues[0]
	head, ok := m.pop(q)
	if !ok {
		return false
	}
	_, write := m.chain(q, head)
	for i := range bytes {
		write[0][i] = first + byte(i)
	}
	m.serve(q, []uint16{head}, []int{bytes + more})
	return true
}

// A source hands over each byte that the device wrote once, and asks for more only when all are
// taken; it keeps none where the device sees it.
func TestRandom(t *testing.T) {
	m := newRandomModel()
	r, err := NewRandom(m.device())
	if err != nil {
		t.Fatal(err)
	}
	p := make([]byte, 8)
	for round := range byte(20) {
		if n, err := r.TryRead(p); n != 0 || err != nil {
			t.Fatalf("before an answer: %d bytes, error %v: want none", n, err)
		}
		if !m.answer(10, 0, round) || m.answer(1, 0, 0) {
			t.Fatal("want one request")
		}
		n1, err1 := r.TryRead(p)
		first := bytes.Clone(p[:n1])
		n2, err2 := r.TryRead(p)
		got := append(first, p[:n2]...)
		if err1 != nil || err2 != nil || len(got) != 10 || got[0] != round || got[9] != round+9 {
			t.Errorf("round %d: %x, errors %v, %v: want 10 bytes from %d on", round, got, err1,
				err2, round)
		}
		if bytes.Contains(m.memory, got) {
			t.Errorf("round %d: the bytes are still where the device sees them", round)
		}
	}
}

// An answer that cannot be one stops the source.
func TestRandomLies(t *testing.T) {
	for want, lie := range map[string]func(m *model){
		"no random bytes":        func(m *model) { m.answer(0, 0, 0) },
		"bytes in a chain of 25": func(m *model) { m.answer(10, 1000, 0) },
		"chain 7 served":         func(m *model) { m.serve(&m.queues[0], []uint16{7}, []int{1}) },
		"3 chains served": func(m *model) {
			m.serve(&m.queues[0], []uint16{0, 0, 0}, []int{1, 1, 1})
		},
	} {
		m := newRandomModel()
		r, err := NewRandom(m.device())
		if err != nil {
			t.Fatal(err)
		}
		r.TryRead(make([]byte, 4))
		lie(m)
		if n, err := r.Read(make([]byte, 4)); n != 0 || err == nil ||
			!strings.Contains(err.Error(), want) || m.status != 0 {
			t.Errorf("%d bytes, error %v, status %#x: want %s, and the source stopped", n, err,
				m.status, want)
		}
	}
}

// FuzzHostileRandom: whatever is in the memory, a source answers or stops, and goes on to do so.
func FuzzHostileRandom(f *testing.F) {
	f.Add(noise(1, 100))
	f.Fuzz(func(t *testing.T, tape []byte) {
		l := &liar{model: newRandomModel(), tape: tape}
		r, err := NewRandom(l.device())
		if err != nil {
			t.Fatal(err)
		}
		for p := make([]byte, 300); len(l.tape) > 0; {
			fails(func() error { l.lie(); return nil })
			if _, err := r.TryRead(p); err != nil {
				return
			}
		}
	})
}
