package net

import (
	"slices"
	"testing"
	"time"

	"skerry/kernel"
)

// A core that takes the card over resets no flow of a core that lives, though the dead one once had
// a flow between the same ports, of whose end nobody was told. One that does not wait for what the
// living tell is found.
func TestHeirSparesFlowsOfTheLiving(t *testing.T) {
	for _, planted := range []bool{false, true} {
		r := newRig(t, 3, static(), 0, 1)
		r.lives[2].serve(80)
		c, _ := r.connect(machineIP, 80)
		r.lives[0].tell(1, 1, has(r.lives[2].node.stack.flows()[0]))
		heir, slow := r.lives[1].node, r.lives[2].node.loop
		await(t, "the heir to know the flow", func() bool {
			heir.loop.Lock()
			defer heir.loop.Unlock()
			return heir.wards.Count() == 1
		})
		slow.Lock()
		r.kill(0)
		heir.succeeds(t, planted)
		c.Write([]byte("x")) // an error is found below
		await(t, "a packet that is not passed on", func() bool {
			heir.loop.Lock()
			defer heir.loop.Unlock()
			return heir.counts.Nobody > 0
		})
		slow.Unlock()
		c.SetReadDeadline(time.Now().Add(patience))
		if _, err := c.Read(make([]byte, 1)); (err != nil) != planted {
			t.Errorf("planted %v: the flow of the living core goes on with %v", planted, err)
		}
	}
}

// succeeds waits until the core has the card; from then on no time passes in which others must tell
// their flows. Planted: it waits for none of them.
func (n *node) succeeds(t *testing.T, planted bool) {
	await(t, "the heir to have the card", func() bool {
		n.loop.Lock()
		defer n.loop.Unlock()
		if n.driver == nil {
			return false
		}
		n.driver.settle = kernel.Forever
		if planted {
			n.driver.succeed()
		}
		return true
	})
}

// A core that hears who has the card before it can talk with that one tells its flows when it can.
func TestFlowsAreToldWhenBound(t *testing.T) {
	r := newRig(t, 2, static(), 0)
	await(t, "the machine's address", func() bool { return ready(r.lives[1]) })
	n, d := r.lives[1].node, r.lives[0].node.driver
	await(t, "the core to talk with the one with the card", func() bool {
		return r.lives[1].binds(0)
	})
	d.node.loop.Lock()
	d.settle, d.untold = kernel.Forever, []kernel.CoreID{1}
	d.node.loop.Unlock()
	n.loop.Lock()
	n.peer(0).Bound(nil)
	n.loop.Unlock()
	r.lives[1].wake()
	await(t, "the flows to be told", func() bool {
		d.node.loop.Lock()
		defer d.node.loop.Unlock()
		return !slices.Contains(d.untold, 1)
	})
}
