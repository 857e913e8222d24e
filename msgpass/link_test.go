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
		takeAll(survivor)
		if turn == late-1 {
			heard(survivor)
		}
		next.Connect()
	}
	return heir{survivor, next}
}

// takeAll is a turn of an end: it receives what there is.
func takeAll(c *Channel) {
	c.Connect()
	for _, h, _ := c.Next(); h != 0; _, h, _ = c.Next() {
		c.In.ReleaseMessage(h)
	}
}

// settle gives both ends some turns, and tells why no message gets from one to the other.
func (h heir) settle() error {
	for range 8 {
		takeAll(h.survivor)
		takeAll(h.next)
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
		h := inherit(t, w, seed, func(c *Channel) { c.PeerDied(1) })
		if err := h.settle(); err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
	}
}

// The test above catches an end that, when it hears of a death, goes on as before, goes on refusing
// the peer, believes the words of the dead about which lives are over, or blames a peer for what a
// dead life may have written under a forged name.
func TestNoLifeKeepsTheNextOneOutIsSharp(t *testing.T) {
	w := alignedBytes(t, kernel.WindowBytes)
	for name, heard := range map[string]func(c *Channel){
		"goes on": func(c *Channel) {},
		"fails what may be forged": func(c *Channel) {
			c.PeerDied(1)
			c.link.spared = false
		},
		"refuses": func(c *Channel) {
			failed := c.link.failed
			c.PeerDied(1)
			c.link.failed = failed
		},
		"believes": func(c *Channel) {
			life := c.link.other[linkName] >> attemptBits
			c.PeerDied(1)
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

// A death notice that comes when the peer's next life is connected, or one end of that connection
// is up, ends nothing: no message is lost. Neither end tells of a fault. An end that drops the
// connection, or takes the next life for a breach, is found.
func TestLateNotice(t *testing.T) {
	for survivor := range 2 {
		for turns := range 8 {
			if err := hearLate(t, survivor, turns, func(c *Channel) { c.PeerDied(1) }); err != nil {
				t.Errorf("end %d, after %d turns: %v", survivor, turns, err)
			}
		}
		if hearLate(t, survivor, 7, func(c *Channel) { c.PeerDied(2) }) == nil {
			t.Errorf("end %d: a connection that is dropped is not found", survivor)
		}
	}
}

// hearLate lets an end's peer die, and hear of it some turns after the next life began.
func hearLate(t *testing.T, survivor, turns int, hear func(*Channel)) error {
	w := alignedBytes(t, kernel.WindowBytes)
	own, peer := kernel.CoreID(survivor), kernel.CoreID(1-survivor)
	a, b := open(t, w, own, peer, 1), open(t, w, peer, own, 1)
	connect(t, a, b)
	send(a, 1)
	b = open(t, w, peer, own, 2)
	sent := 0
	for turn := range 12 {
		if turn == turns {
			hear(a)
		}
		for _, c := range []*Channel{a, b} {
			if _, err := c.Connect(); err != nil {
				return err
			}
		}
		if b.Up() && send(b, uint64(sent)) {
			sent++
		}
	}
	for got := range sent {
		if word, ok := receive(t, a); !ok || word != uint64(got) {
			return fmt.Errorf("received %d, %v: want %d of %d", word, ok, got, sent)
		}
	}
	return nil
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
	if lostA, lostB := a.PeerDied(1), b.PeerDied(1); lostA != 1 || lostB != 1 {
		t.Errorf("%d and %d lines lost: want 1 each, unreleased when the end dropped", lostA,
			lostB)
	}
	connect(t, a, b)
}
