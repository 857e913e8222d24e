package net

import (
	"fmt"
	"maps"
	"slices"

	"skerry/coreos"
	"skerry/coreos/net/flow"
	"skerry/coreos/net/packet"
	"skerry/kernel"
)

// join makes this core part of the machine's network. The opener opens the card; nil: this core
// never has it.
func join(s *coreos.OS, c claim) (*node, error) {
	n := &node{
		core: s.Core(), loop: s.Loop(), self: s.Core().Boot().Core, pins: flow.NewTable(),
		wards: flow.NewTable(),
		open:  map[flow.Service]listening{}, changed: make(chan struct{}), claim: c,
		space: make([]byte, packetBytesMax),
	}
	var err error
	boot := n.core.Boot()
	first, last := portsOf(boot.Cores, n.self)
	if n.stack, err = newStack(n, first, last); err != nil {
		return nil, err
	}
	n.loop.Lock()
	defer n.loop.Unlock()
	if err := ServeMember(n.loop.Services(), server{n}); err != nil {
		return nil, err
	}
	for _, id := range boot.Cores {
		if err := n.meet(id); err != nil {
			return nil, err
		}
	}
	n.claim.begin(n)
	n.loop.AddSource(n)
	return n, nil
}

// meet makes the client of another core.
func (n *node) meet(id kernel.CoreID) (err error) {
	channel := n.loop.Channel(id)
	if channel == nil {
		return nil
	}
	if err = channel.Pool.Cut(pieceBytes); err != nil {
		return fmt.Errorf("coreos/net: pool to %v: %w", id, err)
	}
	p := &peer{id: id, node: n, channel: channel}
	n.peers = append(n.peers, p)
	p.client, err = NewMemberClient(channel, p)
	return err
}

// Bound implements msgpass.ClientStates: the peer is told all that this core has. One that is not
// part of the network, or not yet, has no flows.
func (p *peer) Bound(err error) {
	if err != nil {
		p.lost = true
		if d := p.node.driver; d != nil {
			d.settled(p.id)
		}
		return
	}
	p.bound, p.lost = true, false
	for _, service := range slices.SortedFunc(maps.Keys(p.node.open), flow.Service.Compare) {
		p.tell(listens(service, p.node.open[service].local, true))
	}
	switch {
	case p.node.driver != nil:
		p.node.driver.meet(p)
	case p.node.held && p.node.holder == p.id: // it has said so before it could be told
		p.node.later(p.node.tellFlows)
	}
}

// Down implements msgpass.ClientStates: the peer's life ended, or it broke the protocol.
func (p *peer) Down([]uint32) {
	p.bound, p.lost = false, true
	p.forget()
	p.node.bury(p.id)
}

// listens returns a message that this core listens, or no more.
func listens(s flow.Service, local, open bool) func(*MemberClient) bool {
	return func(c *MemberClient) bool { return c.TryListen(s.Protocol, s.Port, local, open) }
}

// has returns a message that this core has a flow.
func has(k packet.Key) func(*MemberClient) bool {
	return func(c *MemberClient) bool {
		return c.TryFlow(k.Protocol, k.RemotePort, k.LocalPort, split(k.Remote), split(k.Local))
	}
}

// hear notes that a core listens, or no more.
func (n *node) hear(s flow.Service, id kernel.CoreID, local, open bool) {
	n.listeners.Remove(s, id)
	n.public.Remove(s, id)
	if open {
		n.listeners.Add(s, id)
	}
	if open && !local {
		n.public.Add(s, id)
	}
}

// announce tells all cores that this one listens, or no more.
func (n *node) announce(s flow.Service, local, open bool) {
	n.loop.Lock()
	defer n.loop.Unlock()
	l := n.open[s]
	if open {
		l.count++
	} else {
		l.count--
	}
	switch {
	case l.count == 0:
		delete(n.open, s)
	case open && (l.count == 1 || l.local && !local):
		l.local = local
		n.open[s] = l
	default:
		n.open[s] = l
		return // nothing that others would see
	}
	n.hear(s, n.self, local, l.count > 0)
	for _, p := range n.peers {
		p.tell(listens(s, local, l.count > 0))
	}
	n.flush()
}

// bury ends what a dead core had.
func (n *node) bury(id kernel.CoreID) {
	n.listeners.Bury(id)
	n.public.Bury(id)
	lost := map[packet.Key]bool{}
	for _, key := range n.pins.Forget(id) {
		lost[key] = true
	}
	n.later(func() { n.stack.abort(func(k packet.Key) bool { return n.lostWith(id, k, lost) }) })
	if n.driver != nil {
		n.driver.bury(id)
	}
	if n.held && n.holder == id {
		n.held = false
		n.claim.inherit(n, id)
	}
}

// lostWith tells whether a connection of this core ended with another core's life. The key is this
// end's; those in lost name the serving end first.
func (n *node) lostWith(id kernel.CoreID, k packet.Key, lost map[packet.Key]bool) bool {
	served := packet.Key{
		Protocol: k.Protocol, Local: k.Remote, LocalPort: k.RemotePort, Remote: k.Local,
		RemotePort: k.LocalPort,
	}
	if lost[served] {
		return true
	}
	within := k.Remote == k.Local || k.Remote.Netip().IsLoopback()
	return within && k.RemotePort >= ephemeralFirst && n.owner(k.RemotePort) == id
}

// follow takes note that another core has the card.
func (n *node) follow(id kernel.CoreID, set settings) {
	if n.driver != nil {
		return // the driver of the machine lets one core have it: the word is old
	}
	again := n.held && n.holder == id
	n.holder, n.held = id, true
	n.adopt(set)
	if !again {
		n.later(n.tellFlows)
	}
}

// adopt makes settings those of this core.
func (n *node) adopt(set settings) {
	n.settings = set
	n.later(func() {
		n.stack.adopt(set)
		n.loop.Lock()
		defer n.loop.Unlock()
		close(n.changed)
		n.adopted, n.changed = set, make(chan struct{})
	})
}

// tellFlows tells the core that has the card of this core's flows. The caller does not hold the
// lock.
func (n *node) tellFlows() {
	keys := n.stack.flows()
	n.loop.Lock()
	defer n.loop.Unlock()
	p := n.peer(n.holder)
	if !n.held || p == nil {
		return
	}
	for _, k := range keys {
		p.tell(has(k))
	}
	p.tell((*MemberClient).TryTold)
	n.flush()
}
