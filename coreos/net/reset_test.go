package net

import (
	"net"
	"testing"

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
		n.driver.poll()
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
