package msgpass

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"skerry/kernel"
)

// seeds is how many inheritances the tests below go through.
const seeds = 4000

// heir is a window in which a hostile life of one end died, and the survivor's and the next life's
// ends of it.
type heir struct {
	survivor, next *Channel
}

// names returns words that make trouble in a link line: names that a peer can know, and such as no
// honest end has.
func names(w []byte) []uint64 {
	own, other := lineAt(w, offLink0), lineAt(w, offLink1)
	return []uint64{0, 1, math.MaxUint64, layoutVersion, 2 << attemptBits,
		own[linkName], own[linkSeen], other[linkName], other[linkSeen]}
}

// inherit lets an honest life of one side and a hostile first life of the other meet, scribbles on
// both link lines and the rings, kills the hostile life, and opens the next; the survivor hears of
// the death early or late.
func inherit(t *testing.T, w []byte, seed uint64, heard func(*Channel)) heir {
	clear(w)
	side, rng := int(seed%2), rand.New(rand.NewPCG(seed, 0))
	own, peer := kernel.CoreID(side), kernel.CoreID(1-side)
	survivor, hostile := open(t, w, own, peer, 1), open(t, w, peer, own, 1)
	for range rng.IntN(12) {
		survivor.Connect()
		survivor.Next()
		hostile.Connect()
		for range rng.IntN(4) {
			line := []int{offLink0, offLink1, offRing0, offRing1 + 64*stagger(0, 1)}[rng.IntN(4)]
			words := names(w)
			lineAt(w, line)[rng.IntN(8)] = words[rng.IntN(len(words))]
		}
		if rng.IntN(4) == 0 {
			survivor.link.own[linkVersion] = layoutVersion
			survivor.link.other[linkVersion] = layoutVersion
		}
	}
	late := rng.IntN(6)
	if late == 0 {
		heard(survivor)
	}
	next := open(t, w, peer, own, 2)
	for turn := range 6 {
		survivor.Connect()
		if turn == late-1 {
			heard(survivor)
		}
		next.Connect()
	}
	return heir{survivor, next}
}

// settle gives both ends some turns, and tells why no message gets from one to the other.
func (h heir) settle() error {
	for range 8 {
		h.survivor.Connect()
		h.next.Connect()
	}
	for i, c := range []*Channel{h.survivor, h.next} {
		other := []*Channel{h.next, h.survivor}[i]
		if !send(c, 77) {
			return fmt.Errorf("end %d refuses a message", c.link.side)
		}
		l, header, err := other.Next()
		if err != nil || header == 0 || l[0] != 77 {
			return fmt.Errorf("end %d received header %#x: %v", other.link.side,
				uint64(header), err)
		}
		other.In.Release(l)
	}
	return nil
}

// Whatever a life wrote into the link lines and rings before it died, the survivor and the next
// life agree on an epoch once the survivor has heard of the death.
func TestNoLifeKeepsTheNextOneOut(t *testing.T) {
	w := alignedBytes(t, kernel.WindowBytes)
	for seed := range uint64(seeds) {
		h := inherit(t, w, seed, func(c *Channel) { c.PeerDied() })
		if err := h.settle(); err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
	}
}

// The test above catches an end that, when it hears of a death, goes on as before, goes on refusing
// the peer, or believes the words of the dead about which lives are over.
func TestNoLifeKeepsTheNextOneOutIsSharp(t *testing.T) {
	w := alignedBytes(t, kernel.WindowBytes)
	for name, heard := range map[string]func(c *Channel){
		"goes on": func(c *Channel) {},
		"refuses": func(c *Channel) {
			failed := c.link.failed
			c.PeerDied()
			c.link.failed = failed
		},
		"believes": func(c *Channel) {
			life := c.link.other[linkName] >> attemptBits
			c.PeerDied()
			c.link.failed = life >= 2
		},
	} {
		caught := false
		for seed := uint64(0); seed < seeds && !caught; seed++ {
			caught = inherit(t, w, seed, heard).settle() != nil
		}
		if !caught {
			t.Errorf("an end that %s is not caught", name)
		}
	}
}

// A death notice that comes after the next life is connected costs that connection; both ends make
// a new one. An end that kept its name for it would be taken for connected still.
func TestLateNotice(t *testing.T) {
	for _, plant := range []bool{false, true} {
		w := alignedBytes(t, kernel.WindowBytes)
		a, b := open(t, w, 0, 1, 1), open(t, w, 1, 0, 1)
		connect(t, a, b)
		b = open(t, w, 1, 0, 2)
		if _, err := a.Connect(); err == nil || a.Up() {
			t.Fatalf("the peer's next life has begun: up %v, error %v", a.Up(), err)
		}
		connect(t, a, b)
		send(a, 1)
		send(b, 1)
		receive(t, a)
		receive(t, b)
		a.PeerDied()
		if plant {
			a.link.name--
			a.link.write()
			a.Connect()
		}
		err := heir{a, b}.settle()
		if (err != nil) != plant {
			t.Fatalf("name kept %v: %v", plant, err)
		}
	}
}

// When one end drops the connection, the other does so too, after it has received the last
// messages; they stay apart until the driver tells of a death.
func TestFailureIsMutual(t *testing.T) {
	a, b := pair(t)
	send(a, 1)
	send(b, 2)
	_ = a.Fail(ErrProtocol)
	if _, err := b.Connect(); err != nil || !b.Up() {
		t.Fatalf("with a message to receive, up %v, error %v: want up", b.Up(), err)
	}
	receive(t, b)
	if _, err := b.Connect(); err == nil || b.Up() {
		t.Fatalf("after the last message, up %v, error %v: want down, with an error", b.Up(), err)
	}
	for range 8 {
		a.Connect()
		b.Connect()
	}
	if a.Up() || b.Up() {
		t.Fatal("a peer that broke the protocol is connected again in the same life")
	}
	if lostA, lostB := a.PeerDied(), b.PeerDied(); lostA != 1 || lostB != 1 {
		t.Errorf("%d and %d lines lost: want 1 each, unreleased when the end dropped", lostA,
			lostB)
	}
	connect(t, a, b)
}
