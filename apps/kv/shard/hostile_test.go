package shard

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"skerry/kernel"
)

// hostileSeeds is how many machines are lied to.
const hostileSeeds = 3000

// hostile is a machine between two cores that say anything, at the right place.
type hostile struct {
	*machine
	t     *testing.T
	seed  uint64
	dice  *rand.Rand
	out   nowhere
	clock kernel.Instant
	lives []uint64 // by core
	asked []*ends
}

// ends is a client that counts how often its command ends.
type ends int

func (e *ends) done(int, []byte, error) { *e++ }

// Whatever two cores say, die and say again, each command of the third ends once, and what it has
// noted of itself is right.
func TestHostileCores(t *testing.T) {
	malformed := 0
	for seed := range uint64(hostileSeeds) {
		h := &hostile{t: t, seed: seed, dice: rand.New(rand.NewPCG(seed, 1)), out: true}
		h.machine = newMachine([]kernel.CoreID{0, 1, 2}, 3, 0, 0, 64, newCells)
		h.lives = []uint64{1, 1, 1}
		h.step(func() { h.greet(1) })
		for i := 1; i < 3; i++ {
			h.step(func() { h.hear(i, &message{kind: hello, seq: 1}) })
		}
		for range 150 {
			h.out = nowhere(h.dice.IntN(4) > 0)
			h.event()
		}
		h.finish()
		malformed += h.counts.malformed
	}
	if malformed == 0 {
		t.Error("no message was malformed: want many")
	}
}

// step does something, and checks what the machine has noted.
func (h *hostile) step(do func()) {
	h.clock++
	h.begin(h.clock, h.out)
	do()
	h.end()
	for s := range h.routes {
		if err := h.sound(s); err != nil {
			h.t.Fatalf("seed %d, shard %d: %v", h.seed, s, err)
		}
	}
	for i, e := range h.asked {
		if *e > 1 {
			h.t.Fatalf("seed %d: command %d ended %d times: want once", h.seed, i, *e)
		}
	}
}

// sound tells what is wrong in what is noted of a shard.
func (h *hostile) sound(shard int) error {
	w, r, left := &h.routes[shard], &h.replicas[shard], 0
	for i := range w.queue.count {
		run := w.queue.at(i)
		commands, ok := h.cutCommands(run.body)
		if !ok || len(commands) != len(run.owners) || run.ended >= len(run.owners) ||
			i >= w.sent && run.ended > 0 {
			return fmt.Errorf("run %d, %d sent: %d commands, %d owners, %d ended: want some left",
				i, w.sent, len(commands), len(run.owners), run.ended)
		}
		left += len(run.owners) - run.ended
	}
	if left != w.commands || w.refused > w.sent || w.sent > w.queue.count {
		return fmt.Errorf("%d commands, %d runs, %d sent, %d refused: want %d commands", w.commands,
			w.queue.count, w.sent, w.refused, left)
	}
	owed := make([]int, len(r.owed))
	for i := range r.held.count {
		if held := r.held.at(i); held.origin != nobody {
			owed[held.origin] += held.count
		}
	}
	for i := range owed {
		if owed[i] != r.owed[i] {
			return fmt.Errorf("core %d is owed %d: want %d", i, r.owed[i], owed[i])
		}
	}
	return nil
}

// event lets a core die and live again, has the machine ask, or tells it something.
func (h *hostile) event() {
	from := 1 + h.dice.IntN(2)
	switch n := h.dice.IntN(48); {
	case n == 0:
		h.step(func() { h.bury(from, h.peers[from].life) })
		h.lives[from] = h.peers[from].ended + 1
		if h.dice.IntN(3) > 0 {
			h.step(func() { h.hear(from, &message{kind: hello, seq: h.lives[from]}) })
		}
	case n < 12:
		h.step(func() {
			for range 1 + h.dice.IntN(6) {
				text, e := h.text(), new(ends)
				h.asked = append(h.asked, e)
				h.request(h.dice.IntN(3), entry{command: text, write: text[0] != 'g', client: e})
			}
		})
	default:
		h.step(func() {
			for range 1 + h.dice.IntN(3) {
				in := h.lie(from)
				_ = h.hear(from, &in) // it is counted
			}
		})
	}
}

func (h *hostile) text() []byte {
	texts := []string{"get k", "set k v", "swap k w", "new k 1", "get j", "lend k z", "keep k", "?"}
	return []byte(texts[h.dice.IntN(len(texts))])
}

// lie returns a message that could come now, or nearly.
func (h *hostile) lie(from int) message {
	in := message{
		kind: kind(1 + h.dice.IntN(int(kinds)-1)), flags: uint8(h.dice.IntN(32)),
		shard: h.dice.IntN(3), core: h.dice.IntN(4) - 1,
	}
	r, w := &h.replicas[in.shard], &h.routes[in.shard]
	in.view = r.view + uint64(h.dice.IntN(3))
	switch in.kind {
	case hello:
		in.seq = h.lives[from] + uint64(h.dice.IntN(8)/7)
	case request, reply, replay:
		for range h.dice.IntN(5) {
			in.body = appendPiece(in.body, h.text())
		}
		in.seq = w.base
		if in.kind == replay {
			in.seq = r.seq + 1
		}
		if h.dice.IntN(10) == 0 {
			in.body = append(in.body, 255, 255, 255, 255)
		}
	case refuse:
		in.seq = w.base + uint64(w.refused)
	case redo, join, chunk:
		in.seq = r.seq + 1
		in.body = []byte{byte(h.dice.IntN(3)), 'k', ' ', 'v', '\n'}
	case ack:
		in.seq = r.backup.acked + uint64(h.dice.IntN(4))
	case answer:
		in.seq = r.claim.round
	case query:
		in.body = make([]byte, 24)
	}
	return in
}

// finish buries both cores: then nothing is left to wait for. A primary whom they made believe that
// it is none says so again.
func (h *hostile) finish() {
	h.out = true
	for i := 1; i < 3; i++ {
		h.step(func() { h.bury(i, h.peers[i].life) })
	}
	h.step(h.tick)
	for s := range h.replicas {
		if h.replicas[s].role == Primary {
			h.step(func() { h.proclaim(s) })
		}
	}
	for i, e := range h.asked {
		if *e != 1 {
			h.t.Fatalf("seed %d: command %d of %d ended %d times: want once", h.seed, i,
				len(h.asked), *e)
		}
	}
}
