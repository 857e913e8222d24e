package history

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/anishathalye/porcupine"
)

// A history is judged by what its clients could see.
func TestCheck(t *testing.T) {
	for name, test := range map[string]struct {
		play func(*History)
		ok   bool
	}{
		"a read sees the last write": {func(h *History) {
			h.End(h.Write(1, "k", "a"), "")
			h.End(h.Read(2, "k"), "a")
		}, true},
		"an acknowledged write is lost": {func(h *History) {
			h.End(h.Write(1, "k", "a"), "")
			h.End(h.Read(2, "k"), "")
		}, false},
		"a read goes back": {func(h *History) {
			h.Write(1, "k", "a")
			h.End(h.Read(2, "k"), "a")
			h.End(h.Read(2, "k"), "")
		}, false},
		"a write in doubt is seen late": {func(h *History) {
			h.Write(1, "k", "a")
			h.End(h.Read(2, "k"), "")
			h.End(h.Read(2, "k"), "a")
		}, true},
		"concurrent writes are seen in either order": {func(h *History) {
			a, b := h.Write(1, "k", "a"), h.Write(2, "k", "b")
			h.End(a, "")
			h.End(b, "")
			h.End(h.Read(3, "k"), "a")
		}, true},
		"a swap sees what it replaces": {func(h *History) {
			h.End(h.Write(1, "k", "a"), "")
			h.End(h.Swap(2, "k", "b"), "a")
			h.End(h.Read(1, "k"), "b")
		}, true},
		"two swaps replace the same": {func(h *History) {
			h.End(h.Write(1, "k", "a"), "")
			b, c := h.Swap(1, "k", "b"), h.Swap(2, "k", "c")
			h.End(b, "a")
			h.End(c, "a")
		}, false},
		"a swap in doubt is seen": {func(h *History) {
			h.Swap(1, "k", "a")
			h.End(h.Swap(2, "k", "b"), "a")
		}, true},
		"two readers see two orders": {func(h *History) {
			a, b := h.Write(1, "k", "a"), h.Write(2, "k", "b")
			h.End(a, "")
			h.End(b, "")
			h.End(h.Read(3, "k"), "a")
			h.End(h.Read(4, "k"), "b")
		}, false},
	} {
		var h History
		test.play(&h)
		if err := h.Check(); (err == nil) != test.ok {
			t.Errorf("%s: %v: want linearizable: %v", name, err, test.ok)
		}
	}
}

// Cut into sections, a history is judged as in one piece, whether it is linearizable or not.
func TestSectionsAreJudgedAsTheWhole(t *testing.T) {
	count := map[bool]int{}
	cuts := 0
	for seed := range uint64(300) {
		h := lived(rand.New(rand.NewPCG(seed, 1)))
		list := h.telling()
		whole := porcupine.CheckOperations(model(""), list)
		if got := h.Check() == nil; got != whole {
			t.Errorf("seed %d: linearizable: %v: want %v", seed, got, whole)
		}
		count[whole]++
		cuts += len(cut(list)) - 1
	}
	if count[true] < 50 || count[false] < 50 || cuts < 300 {
		t.Errorf("%v, %d cuts: want 50 of each, and 300", count, cuts)
	}
}

// lived is a history of three clients of a register, some of whose answers get lost. In half of
// them one read returns what was there before.
func lived(dice *rand.Rand) *History {
	type pending struct{ number, kind int }
	h, value, old := new(History), "", ""
	busy := map[int]pending{}
	wrong := -1
	if dice.IntN(2) == 0 {
		wrong = dice.IntN(600)
	}
	for i := range 600 {
		client := dice.IntN(3)
		if p, is := busy[client]; is {
			delete(busy, client)
			got := value
			switch {
			case p.kind == 0 && i >= wrong && wrong >= 0 && old != value:
				got, wrong = old, -1
			case p.kind == 1:
				old, value = value, h.ops[p.number].wrote
			case p.kind == 2:
				old, got, value = value, value, h.ops[p.number].wrote
			}
			if dice.IntN(50) > 0 {
				h.End(p.number, got)
			}
			continue
		}
		if len(busy) > 0 && dice.IntN(4) > 0 {
			continue // most are alone
		}
		p := pending{kind: dice.IntN(3)}
		switch p.kind {
		case 0:
			p.number = h.Read(i, "k")
		case 1:
			p.number = h.Write(i, "k", fmt.Sprint(i))
		case 2:
			p.number = h.Swap(i, "k", fmt.Sprint(i))
		}
		busy[client] = p
	}
	return h
}
