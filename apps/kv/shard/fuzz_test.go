package shard

import (
	"testing"

	"skerry/kernel"
	"skerry/kernel/step"
)

// nowhere is an outbox that takes everything, or nothing.
type nowhere bool

func (n nowhere) Send(kernel.CoreID, []byte) bool { return bool(n) }
func (n nowhere) put(int, head, []byte) bool      { return bool(n) }
func (n nowhere) SetAlarm(kernel.Instant)         {}

// Whatever other cores say, a machine refuses it or goes on; it does not panic.
func FuzzHear(f *testing.F) {
	ids := []kernel.CoreID{0, 1, 2}
	for _, m := range []message{
		{kind: hello, seq: 1}, {kind: announce, view: 1}, {kind: request, body: []byte("set k v")},
		{kind: learn, view: 1, core: 2, seq: 1}, {kind: chunk, seq: 1, body: []byte("\x00k v\n")},
		{kind: replay, seq: 2, body: []byte("set k v")}, {kind: join, seq: 3, view: 2},
		{kind: redo, seq: 4},
		{kind: release, view: 3, core: 2}, {kind: take, view: 3, flags: backed},
		{kind: ack, seq: 1}, {kind: query, seq: 1, body: make([]byte, 24)},
		{kind: answer, seq: 1}, {kind: reply}, {kind: released, view: 3},
		{kind: refuse, flags: away},
	} {
		f.Add(append([]byte{1, 40}, m.append(nil)...))
	}
	redone := []byte{}
	for _, m := range []message{
		{kind: announce, shard: 1, view: 1},
		{kind: learn, shard: 1, view: 1, core: nobody},
		{kind: chunk, shard: 1, seq: 1, body: []byte("\x01")},
		{kind: join, shard: 1, seq: 2, view: 2},
	} {
		text := m.append(nil)
		redone = append(append(redone, 1, byte(len(text))), text...)
	}
	redone = append(append(redone, 0xe2, 7), "set k v"...) // for shard 1
	m := message{kind: redo, shard: 1, seq: 3}
	f.Add(append(append(redone, 1, byte(headBytes+lengthBytes)), m.append(nil)...))
	f.Fuzz(func(t *testing.T, script []byte) {
		m := newMachine(ids, len(ids), 0, 0, 64, newCells)
		m.Step(step.Event{Kind: step.Boot, Incarnation: 1}, nowhere(true))
		first := message{kind: hello, seq: 1}
		for i := 1; i < len(ids); i++ {
			m.Step(step.Event{Kind: step.Message, From: ids[i], Body: first.append(nil)},
				nowhere(true))
		}
		for now := kernel.Instant(0); len(script) > 1; now++ {
			who, size := script[0], min(int(script[1]), len(script)-2)
			in := step.Event{
				Kind: step.Message, Now: now, From: ids[who%3], Body: script[2 : 2+size],
			}
			switch {
			case who >= 0xf0:
				in.Kind, in.Incarnation = step.Death, uint64(size)
				m.Step(in, nowhere(who&4 == 0))
			case who >= 0xe0: // this core has a request of its own
				m.begin(now, nowhere(who&4 == 0))
				m.request(int(who%3), entry{
					command: in.Body, write: who&8 == 0, client: new(counter),
				})
				m.end()
			default:
				m.Step(in, nowhere(who&4 == 0))
			}
			script = script[2+size:]
		}
	})
}

// A stream is cut into messages in the same way however it comes in parts.
func FuzzStream(f *testing.F) {
	f.Add([]byte{24, 0, 0, 0}, uint8(3))
	f.Fuzz(func(t *testing.T, stream []byte, cut uint8) {
		feed := func(cut int) (uint64, string) {
			n := &Node{machine: newMachine([]kernel.CoreID{0, 1}, 2, 0, 0, 64, newCells)}
			n.machine.begin(0, nowhere(true))
			l, rest := &link{node: n, index: 1}, stream
			for len(rest) > 0 {
				count := min(cut, len(rest))
				if err := l.take(rest[:count]); err != nil {
					return n.machine.peers[1].life, err.Error()
				}
				rest = rest[count:]
			}
			return n.machine.peers[1].life, ""
		}
		wholeLife, whole := feed(len(stream) + 1)
		partsLife, parts := feed(int(cut) + 1)
		if wholeLife != partsLife || whole != parts {
			t.Errorf("whole: life %d, error %q; in parts of %d: life %d, error %q", wholeLife,
				whole, int(cut)+1, partsLife, parts)
		}
	})
}
