package msgpass

import (
	"testing"

	"skerry/kernel"
)

// BenchmarkPollIdle64 is a round over 64 channels on which nothing comes.
func BenchmarkPollIdle64(b *testing.B) {
	w := NewWaitSet(newFakeCore(64, 1, nil))
	for i := range 64 {
		win := alignedBytes(b, kernel.WindowBytes)
		x, y := open(b, win, 64, kernel.CoreID(i), 1), open(b, win, kernel.CoreID(i), 64, 1)
		connect(b, x, y)
		if err := w.Add(x); err != nil {
			b.Fatal(err)
		}
	}
	for b.Loop() {
		if w.Poll() != nil {
			b.Fatal("a message on an idle channel")
		}
	}
}
