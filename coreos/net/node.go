package net

import (
	"runtime"
	"slices"

	"gvisor.dev/gvisor/pkg/buffer"
	"gvisor.dev/gvisor/pkg/tcpip"
	"gvisor.dev/gvisor/pkg/tcpip/header"
	"gvisor.dev/gvisor/pkg/tcpip/stack"

	"skerry/coreos"
	"skerry/coreos/net/flow"
	"skerry/coreos/net/packet"
	"skerry/kernel"
)

// node is one core's part in the machine's network.
//
// The loop's lock guards all of it. The stack is never called with that lock held, since it calls
// back to send (link.WritePackets): what is for the stack waits in inbox and jobs until Poll gives
// the lock up.
type node struct {
	core  kernel.Core
	loop  *coreos.Loop
	self  kernel.CoreID
	peers []*peer // ascending: no map order reaches a message
	stack *ipStack

	listeners flow.Listeners // of all cores
	public    flow.Listeners // those of them that serve other machines too
	open      map[flow.Service]listening
	accepted  int         // connections that are not closed
	pins      *flow.Table // which cores serve this core's connections to the machine itself
	trains    flow.Fragments
	wards     *flow.Table // of the core that has the card, to be reset should it die
	acks      acks

	inbox inbox
	sends int // times that somebody sent since the others were told
	jobs  []func()

	holder   kernel.CoreID // the core that has the card
	held     bool          // there is one
	settings settings
	adopted  settings      // those that the stack has by now
	changed  chan struct{} // closed when it has others
	driver   *driver       // nil: another core has the card, or none
	claim    claim

	counts Counts
	space  []byte // for a packet that another core sent
}

// listening is what this core listens on.
type listening struct {
	local bool
	count int // sockets
}

// peer returns another core; nil: there is no window to it.
func (n *node) peer(id kernel.CoreID) *peer {
	for _, p := range n.peers {
		if p.id == id {
			return p
		}
	}
	return nil
}

// lives tells whether packets for a core get there.
func (n *node) lives(id kernel.CoreID) bool {
	if id == n.self {
		return true
	}
	p := n.peer(id)
	return p != nil && p.bound
}

// sendOut sends a packet of this core's stack to another machine.
func (n *node) sendOut(pkt *stack.PacketBuffer) {
	e := checked
	if gso := &pkt.GSOOptions; gso.Type != stack.GSONone && gso.NeedsCsum {
		e = 0
		if pkt.Data().Size() > int(gso.MSS) {
			e = e.cut(gso.MSS)
		}
	}
	switch {
	case n.driver != nil:
		n.driver.sendOwn(e, pkt)
	case n.held:
		n.sendTo(n.holder, outgoing{e, pkt})
	default:
		n.counts.Nobody++
	}
}

// sendLoop sends a packet of this core's stack to the core of this machine that has its flow.
func (n *node) sendLoop(pkt *stack.PacketBuffer) {
	p, err := parse(pkt)
	if err != nil {
		n.counts.Malformed++
		return
	}
	o := outgoing{loops | checked, pkt}
	id, ok := n.locate(&p)
	if !ok {
		id = n.self // whose stack refuses it
	}
	if id != n.self {
		n.sendTo(id, o)
		return
	}
	n.arrive(n.stack.loop, pkt.ToBuffer(), p.V6)
}

// sendTo hands a packet to another core.
func (n *node) sendTo(id kernel.CoreID, o outgoing) {
	if p := n.peer(id); p == nil || !p.send(o) {
		n.counts.Full++
	}
}

// locate returns which core serves a flow within the machine.
func (n *node) locate(p *packet.Packet) (kernel.CoreID, bool) {
	now := n.core.Now()
	if p.Fragment.Offset > 0 {
		return n.trains.Later(p, nil, now) // the first one went before
	}
	if !p.HasPorts() {
		return n.self, true
	}
	id, ok := n.server(p, now)
	if ok && p.Fragment.More {
		n.trains.First(p, id, now)
	}
	return id, ok
}

// server returns which core has the other end of one of this core's flows within the machine.
func (n *node) server(p *packet.Packet, now kernel.Instant) (id kernel.CoreID, ok bool) {
	if p.DstPort >= ephemeralFirst {
		return n.owner(p.DstPort), true
	}
	id, answer := n.pins.In(p, now)
	if answer == flow.Known {
		return id, true
	}
	if id, ok = n.listeners.Pick(p.To()); ok {
		n.pins.Tell(p.To(), id, now)
	}
	return id, ok
}

// portsOf returns the range of ports that a core's connections leave from.
func portsOf(cores []kernel.CoreID, id kernel.CoreID) (first, last uint16) {
	each := (1<<16 - ephemeralFirst) / len(cores)
	first = uint16(ephemeralFirst + slices.Index(cores, id)*each)
	return first, first + uint16(each) - 1
}

// owner returns the core whose connections leave from a port.
func (n *node) owner(port uint16) kernel.CoreID {
	cores := n.core.Boot().Cores
	each := (1<<16 - ephemeralFirst) / len(cores)
	return cores[min(int(port-ephemeralFirst)/each, len(cores)-1)]
}

// arrive takes a packet for the core's own stack.
func (n *node) arrive(l *link, b buffer.Buffer, v6 bool) {
	if !n.inbox.room(int(b.Size())) {
		n.counts.Full++
		b.Release()
		return
	}
	pkt := stack.NewPacketBuffer(stack.PacketBufferOptions{Payload: b})
	n.inbox.add(incoming{l, pkt, v6})
}

// Poll implements msgpass.Source.
func (n *node) Poll() bool {
	now, some := n.core.Now(), false
	n.stack.clock.turn(now)
	for _, p := range n.peers {
		some = p.resume() || some
	}
	if n.driver != nil {
		some = n.driver.poll(now) || some
	}
	n.claim.poll(n)
	n.tell() // before this core's own work: others work meanwhile
	return n.work() || some
}

// flush lets the card and the other cores know of what was sent by another goroutine than the
// loop's. A loop that is awake does so soon, for all: but what is much is not kept from them.
func (n *node) flush() {
	if n.sends++; n.sends == sendsMax || n.loop.Asleep() {
		n.tell()
	}
}

// tell lets the card and the other cores know of what was sent.
func (n *node) tell() {
	n.sends = 0
	n.tellCard()
	n.loop.Flush()
}

// tellCard lets the card know of what was sent.
func (n *node) tellCard() {
	if n.driver != nil {
		n.driver.card.Flush()
	}
}

// work does what is done without the lock, and tells whether there was something.
func (n *node) work() bool {
	if n.inbox.waiting() == 0 && len(n.jobs) == 0 {
		return false
	}
	packets, turn := n.inbox.take()
	jobs := n.jobs
	n.jobs = nil
	n.loop.Unlock()
	defer n.loop.Lock()
	for _, in := range packets {
		protocol := tcpip.NetworkProtocolNumber(header.IPv4ProtocolNumber)
		if in.v6 {
			protocol = header.IPv6ProtocolNumber
		}
		in.link.deliver(protocol, in.packet)
		in.packet.DecRef()
	}
	for _, job := range jobs {
		job()
	}
	if turn {
		runtime.Gosched()
	}
	return true
}

// Arm implements msgpass.Source.
func (n *node) Arm() bool {
	n.stack.clock.sleep()
	n.tellCard()
	if n.inbox.waiting() > 0 || len(n.jobs) > 0 {
		return false
	}
	for _, p := range n.peers {
		if p.bound && p.waits() {
			return false
		}
	}
	return n.driver == nil || n.driver.arm()
}

// later has something done without the lock, soon.
func (n *node) later(job func()) { n.jobs = append(n.jobs, job) }
