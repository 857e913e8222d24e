// Package idltest is what generated fuzz targets stand on: two connected ends of a channel in one
// process, arbitrary fields, and a hostile end.
package idltest

import (
	"testing"

	"skerry/kernel"
	"skerry/msgpass"
)

// Pairs makes pairs of connected channels, one after the other, in the memory of one window.
type Pairs struct {
	window []byte
	life   uint64
}

// NewPairs returns the memory for pairs of channels.
func NewPairs() *Pairs { return &Pairs{window: make([]byte, kernel.WindowBytes)} }

// Next returns a new pair. Those before are not used any more.
func (p *Pairs) Next(t testing.TB) (a, b *msgpass.Channel) {
	t.Helper()
	p.life++
	return p.connect(t, p.open(t, 0, 1), p.open(t, 1, 0))
}

func (p *Pairs) open(t testing.TB, own, peer kernel.CoreID) *msgpass.Channel {
	t.Helper()
	core := &fakeCore{window: p.window, boot: kernel.BootInfo{
		Core: own, Cores: []kernel.CoreID{0, 1}, Incarnation: p.life,
	}}
	c, err := msgpass.Open(core, peer)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// connect lets the ends take turns until both are up.
func (p *Pairs) connect(t testing.TB, a, b *msgpass.Channel) (_, _ *msgpass.Channel) {
	t.Helper()
	for range connectTurns {
		for _, c := range []*msgpass.Channel{a, b} {
			if _, err := c.Connect(); err != nil {
				t.Fatal(err)
			}
		}
	}
	if !a.Up() || !b.Up() {
		t.Fatalf("after %d turns up is %v and %v: want both", connectTurns, a.Up(), b.Up())
	}
	return a, b
}

// connectTurns is more than any connection takes.
const connectTurns = 8

// fakeCore is a driver for one end.
type fakeCore struct {
	kernel.Core
	boot   kernel.BootInfo
	window []byte
}

func (f *fakeCore) Boot() kernel.BootInfo                { return f.boot }
func (f *fakeCore) Window(kernel.CoreID) ([]byte, error) { return f.window, nil }
func (f *fakeCore) Kick(kernel.CoreID)                   {}
func (f *fakeCore) Now() kernel.Instant                  { return 0 }
