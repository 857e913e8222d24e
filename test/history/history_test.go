package history

import "testing"

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
