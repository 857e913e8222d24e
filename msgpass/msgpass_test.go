package msgpass

import (
	"testing"

	"skerry/kernel"
)

// alignedBytes returns zero memory that starts at a line.
func alignedBytes(t testing.TB, n int) []byte {
	t.Helper()
	mem := make([]byte, n)
	if !aligned(mem) {
		t.Fatalf("heap memory of %d bytes is not aligned to %d", n, LineBytes)
	}
	return mem
}

// fakeCore is a driver of two cores in one test, whose Wait returns at once and which counts kicks.
type fakeCore struct {
	kernel.Core
	boot   kernel.BootInfo
	window []byte
	kicks  map[kernel.CoreID]int
	now    kernel.Instant
}

func (f *fakeCore) Boot() kernel.BootInfo                      { return f.boot }
func (f *fakeCore) Window(kernel.CoreID) ([]byte, error)       { return f.window, nil }
func (f *fakeCore) Kick(peer kernel.CoreID)                    { f.kicks[peer]++ }
func (f *fakeCore) Now() kernel.Instant                        { return f.now }
func (f *fakeCore) Wait(deadline kernel.Instant) (kicked bool) { return false }
func newFakeCore(id kernel.CoreID, life uint64, w []byte) *fakeCore {
	return &fakeCore{
		boot:   kernel.BootInfo{Core: id, Cores: []kernel.CoreID{0, 1}, Incarnation: life},
		window: w, kicks: map[kernel.CoreID]int{},
	}
}

// open opens one end in a given life.
func open(t testing.TB, w []byte, own, peer kernel.CoreID, life uint64) *Channel {
	t.Helper()
	c, err := Open(newFakeCore(own, life, w), peer)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// connect lets two ends take turns until both are up.
func connect(t testing.TB, a, b *Channel) {
	t.Helper()
	for range 8 {
		for _, c := range []*Channel{a, b} {
			if _, err := c.Connect(); err != nil {
				t.Fatal(err)
			}
		}
	}
	if !a.Up() || !b.Up() {
		t.Fatalf("after 8 turns up is %v at end 0 and %v at end 1: want both", a.Up(), b.Up())
	}
}

// pair returns both ends of a fresh window, connected.
func pair(t testing.TB) (a, b *Channel) {
	t.Helper()
	w := alignedBytes(t, kernel.WindowBytes)
	a, b = open(t, w, 0, 1, 1), open(t, w, 1, 0, 1)
	connect(t, a, b)
	return a, b
}
