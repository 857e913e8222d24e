package net

import (
	"net"
	"slices"
	"testing"

	"skerry/coreos/net/card"
	"skerry/coreos/net/packet"
	"skerry/kernel"
)

// The core with the card resets the flows of a dead core in the very turn in which it hears of the
// death: it does not go to sleep before, and needs no time to pass. One that waits before its first
// reset is found out.
func TestResetsAreSentAtOnce(t *testing.T) {
	for _, planted := range []bool{false, true} {
		r := newRig(t, 3, static(), 0)
		for _, l := range r.lives[1:] {
			l.serve(80)
		}
		var conns []net.Conn
		for len(conns) < 5 {
			if c, name := r.connect(machineIP, 80); name == '2' {
				conns = append(conns, c)
			}
		}
		reset := r.resets()
		n := r.lives[0].node
		n.loop.Lock()
		if planted {
			n.driver.resetAt = kernel.Forever
		}
		n.peer(2).Down(nil) // as by a death notice
		if n.Arm() {
			t.Error("the core may sleep though it has heard of a death: want it awake")
		}
		n.driver.poll(n.core.Now())
		count, counted := len(reset), int(n.counts.Resets)
		n.driver.resetAt = 0
		n.loop.Unlock()
		if (count != len(conns)) != planted {
			t.Errorf("planted %v: %d of %d flows are reset", planted, count, len(conns))
		}
		if counted < count {
			t.Errorf("%d resets are counted: want those of %d flows", counted, count)
		}
		for _, c := range conns {
			r.expectReset(c)
		}
	}
}

// resets returns a set of the flows that the machine resets from now on. The lock of the core with
// the card guards it.
func (r *rig) resets() map[packet.Key]bool {
	reset := map[packet.Key]bool{}
	r.wire.mu.Lock()
	defer r.wire.mu.Unlock()
	r.wire.hook = func(frame []byte) bool {
		p, err := packet.Parse(frame[etherBytes:])
		if err == nil && p.Protocol == packet.TCP && p.Flags&packet.RST != 0 {
			reset[p.From()] = true
		}
		return true
	}
	return reset
}

// A core that has taken the card over waits for the flows of those that live and are part of the
// network, and of nobody else: when they are told, what it does not know is new. One that waits for
// the dead too, which tell nothing, is found.
func TestHeirWaitsForTheLivingOnly(t *testing.T) {
	for _, planted := range [][]kernel.CoreID{nil, {0}} {
		w := newWire(t, card.Checksums|card.CutTCP4|card.CutTCP6)
		r := &rig{t: t, drivers: []kernel.CoreID{0, 1}, set: static(), wire: w, apart: 1}
		r.begin(5)
		for _, l := range r.lives[2:4] {
			l.serve(80)
		}
		c, _ := r.connect(machineIP, 80)
		await(t, "the heir to talk with the others", func() bool {
			return r.lives[1].binds(0) && r.lives[1].binds(2) && r.lives[1].binds(3)
		})
		r.kill(0)
		heir := r.lives[1].node
		await(t, "the living to have told", func() bool {
			heir.loop.Lock()
			defer heir.loop.Unlock()
			d := heir.driver
			if d == nil {
				return false
			}
			if d.settle != kernel.Forever { // so that it does not stop because of the time
				d.settle, d.untold = kernel.Forever, append(d.untold, planted...)
			}
			return slices.Equal(d.untold, planted)
		})
		r.converse(c, 1000)
	}
}
