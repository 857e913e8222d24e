package net

import (
	"net/netip"
	"slices"
	"time"

	"skerry/coreos/net/card"
	"skerry/coreos/net/flow"
	"skerry/coreos/net/packet"
	"skerry/kernel"
)

// driver is the part of the core that has the card: it passes packets between the card and the
// cores, and is the machine for its neighbours. The loop's lock guards it.
type driver struct {
	node      *node
	card      card.Card
	mac       [6]byte // the card's
	gate      *gate
	lease     *lease // nil: the addresses do not come by DHCP
	near      nearby
	hops      hops
	table     *flow.Table
	fragments flow.Fragments
	merge     merge

	frame   []byte          // in which frames are made
	long    []byte          // in which one is that is cut into others
	waiting []card.Frame    // for room in the card
	unreset bool            // flows of dead cores are yet to be reset
	resetAt kernel.Instant  // when there may be room for more resets
	untold  []kernel.CoreID // whose listeners and flows are not known yet
	settle  kernel.Instant  // when these are waited for no longer
	ticked  kernel.Instant
	now     kernel.Instant // when the last batch of frames began to come, or a frame was sent
}

// tickTime is how often a driver looks after what times out.
const tickTime = 100 * time.Millisecond

// newDriver returns a driver of a card. The caller does not hold the lock.
func newDriver(n *node, c card.Card) *driver {
	d := &driver{
		node: n, card: c, mac: c.Address(), table: flow.NewTable(),
		frame: make([]byte, etherBytes, etherBytes+packetBytesMax),
		long:  make([]byte, etherBytes, etherBytes+packetBytesMax),
	}
	d.hops.driver, d.merge.driver = d, d
	d.gate = newGate(d)
	return d
}

// start makes this core the one that has the card. Addresses that an earlier one had stay.
func (d *driver) start() {
	n := d.node
	n.driver, n.holder, n.held = d, n.self, true
	d.untold = append(d.untold, n.self)
	for _, p := range n.peers {
		if !p.lost { // else its flows are over
			d.untold = append(d.untold, p.id)
		}
	}
	d.settle = n.core.Now().Add(settleTime)
	d.table.Lasting = d.entrust
	n.later(d.gate.open)
	d.configure()
	n.later(d.tellOwn)
}

// succeed resets the flows that earlier drivers had themselves. That one ended was not told; so the
// cores that live tell theirs before, and a flow of theirs between the same ports stays.
func (d *driver) succeed() {
	now := d.node.core.Now()
	for _, id := range d.node.claim.cores {
		for _, key := range d.node.wards.Forget(id) {
			d.table.Mourn(key, id, now)
		}
	}
	d.unreset = true
}

// entrust tells the cores that may take the card over of a flow that this core has: nobody else
// would know of it.
func (d *driver) entrust(key packet.Key, id kernel.CoreID) {
	if id != d.node.self {
		return
	}
	for _, heir := range d.node.claim.cores {
		if p := d.node.peer(heir); p != nil {
			p.tell(has(key))
		}
	}
}

// configure makes the addresses that the machine's description has those of the machine. If it has
// none, DHCP is asked.
func (d *driver) configure() {
	set, said := d.node.settings, d.node.claim.set
	if len(said.Addresses) > 0 {
		set = said
		set.Static = true
	}
	if len(said.Names) > 0 {
		set.Names, set.Named = said.Names, true
	}
	set.MTU, set.Long = d.card.MTU(), cutBytes
	if d.cuts() {
		set.Long = packetBytesMax - headBytes
	}
	d.lease = nil
	if !set.Static {
		d.lease = newLease(d, set)
	}
	d.publish(set)
}

// tellOwn notes the flows that this core has had before it was the driver.
func (d *driver) tellOwn() {
	keys := d.node.stack.flows()
	d.node.loop.Lock()
	defer d.node.loop.Unlock()
	for _, k := range keys {
		d.table.Tell(k, d.node.self, d.node.core.Now())
		d.entrust(k, d.node.self)
	}
	d.settled(d.node.self)
}

// publish makes settings those of the machine.
func (d *driver) publish(set settings) {
	d.node.adopt(set)
	d.near = nearbyOf(set.Addresses)
	d.hops.forgetWays()
	d.node.later(func() { d.gate.adopt(set) })
	for _, p := range d.node.peers {
		d.introduce(p)
	}
}

// introduce tells a core what the machine's network is.
func (d *driver) introduce(p *peer) {
	text := d.node.settings.text()
	p.tell(func(c *MemberClient) bool { return c.TryDrive(text) })
}

// meet tells a core that has just come all that it must know of the driver.
func (d *driver) meet(p *peer) {
	d.introduce(p)
	if slices.Contains(d.node.claim.cores, p.id) {
		for _, key := range d.table.Of(d.node.self) {
			p.tell(has(key))
		}
	}
}

// cuts tells whether the card cuts packets of TCP.
func (d *driver) cuts() bool {
	const both = card.CutTCP4 | card.CutTCP6
	return d.card.Offloads()&both == both
}

// own adds an address of the machine, and a gateway, if they are sound, or takes them away.
func (d *driver) own(address netip.Prefix, gateway netip.Addr, has bool) {
	set := d.node.settings
	set.Addresses = slices.DeleteFunc(slices.Clone(set.Addresses),
		func(p netip.Prefix) bool { return p.Addr() == address.Addr() })
	room := addressesMax
	if address.Addr().Is6() {
		room -= addresses4Max // whoever is near may announce prefixes
	}
	if has && packet.IsHost(address.Addr()) && len(set.Addresses) < room {
		set.Addresses = append(set.Addresses, address)
	}
	if packet.IsHost(gateway) {
		set.Gateways = slices.DeleteFunc(slices.Clone(set.Gateways), func(g netip.Addr) bool {
			return g == gateway || has && g.Is4() == gateway.Is4()
		})
		if has {
			set.Gateways = append(set.Gateways, gateway)
		}
	}
	d.publish(set)
}

// ask makes servers those that are asked for names, but for addresses that no server has, unless
// the machine's description says which.
func (d *driver) ask(servers []netip.Addr) {
	set := d.node.settings
	servers = slices.DeleteFunc(slices.Clone(servers), func(s netip.Addr) bool {
		return !packet.IsHost(s)
	})
	if !set.Named && !slices.Equal(servers, set.Names) {
		set.Names = servers
		d.publish(set)
	}
}

// bury ends the flows of a dead core.
func (d *driver) bury(id kernel.CoreID) {
	d.table.Bury(id, d.node.core.Now())
	d.unreset = true
	d.settled(id)
}

// settled takes note that all flows of a core are known.
func (d *driver) settled(id kernel.CoreID) {
	before := len(d.untold)
	d.untold = slices.DeleteFunc(d.untold, func(c kernel.CoreID) bool { return c == id })
	if before > 0 && len(d.untold) == 0 {
		d.succeed()
	}
}

// poll does a bounded amount of work, and tells whether there was some.
func (d *driver) poll(now kernel.Instant) bool {
	some := d.resume()
	d.now = now
	if d.unreset && now >= d.resetAt {
		if d.unreset = !d.table.Reset(resetsMax, d.trySegment); d.unreset {
			d.resetAt = now.Add(resetPause)
		}
	}
	some = d.card.Receive(receiveMax, d.receive) > 0 || some
	d.merge.endBatch(now)
	if now >= d.ticked.Add(tickTime) {
		d.ticked = now
		d.tick(now)
	}
	return some
}

// tick looks after what times out.
func (d *driver) tick(now kernel.Instant) {
	d.table.Expire(now)
	if len(d.untold) > 0 && now >= d.settle {
		d.untold = nil
		d.succeed()
	}
	if d.lease != nil {
		d.lease.tick(now)
	}
	if err := d.card.Err(); err != nil {
		d.node.core.Die("coreos/net: the network card: " + err.Error())
	}
}

// arm has the core kicked when there is work; false: there is some.
func (d *driver) arm() bool {
	return !d.merge.flush() && len(d.waiting) == 0 && !d.unreset && d.card.Arm()
}
