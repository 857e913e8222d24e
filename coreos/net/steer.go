package net

import (
	"encoding/binary"

	"gvisor.dev/gvisor/pkg/tcpip/stack"

	"skerry/coreos/net/card"
	"skerry/coreos/net/flow"
	"skerry/coreos/net/packet"
	"skerry/kernel"
)

// Ethernet's header, and the types of what follows it.
const (
	etherBytes = 14

	typeIP4 = 0x0800
	typeARP = 0x0806
	typeIP6 = 0x86dd
)

// receive takes a frame from the card.
func (d *driver) receive(f card.Frame) {
	d.node.counts.Received++
	if len(f.Bytes) <= etherBytes {
		d.node.counts.Malformed++
		return
	}
	b := f.Bytes[etherBytes:]
	switch kind := binary.BigEndian.Uint16(f.Bytes[etherBytes-2:]); {
	case kind == typeARP:
		d.toGate(f.Bytes)
	case kind == typeIP4 && !isV6(b), kind == typeIP6 && isV6(b):
		d.receiveIP(f, b)
	case kind == typeIP4, kind == typeIP6:
		d.node.counts.Malformed++
	default:
		d.node.counts.Nobody++
	}
}

// toGate hands a frame to the stack that answers for the machine.
func (d *driver) toGate(frame []byte) { d.node.arrive(d.gate.link, bufferOf(frame), false) }

// receiveIP takes a packet from another machine.
func (d *driver) receiveIP(f card.Frame, b []byte) {
	p, err := packet.Parse(b)
	if err != nil || d.near.martian(p.Src) {
		d.node.counts.Malformed++
		return
	}
	b = b[:p.TotalBytes]
	whole := p.HasPorts() && !p.Fragment.Is()
	switch {
	case whole && f.NeedsChecksum:
		p.PutChecksum(b) // fragments of it have none
	case whole && !p.V6 && p.Protocol == packet.TCP && !p.SumsHold(b): // see shortcut
		d.node.counts.Malformed++
		return
	}
	switch {
	case d.lease != nil && d.lease.take(&p, b):
	case !d.near.has(p.Dst):
		d.toGate(f.Bytes) // for all machines nearby, or for none
	case p.Fragment.Offset > 0:
		if id, ok := d.fragments.Later(&p, b, d.now); ok {
			d.deliver(id, b)
		}
	case p.HasPorts():
		d.receiveFlow(&p, f.Bytes, b)
	default:
		d.receiveOther(&p, f.Bytes, b)
	}
}

// receiveFlow takes a packet of TCP or UDP.
func (d *driver) receiveFlow(p *packet.Packet, frame, b []byte) {
	id, ok := d.steer(p)
	if !ok {
		if p.Protocol == packet.UDP {
			d.toGate(frame) // which tells the sender, now and then
		}
		return
	}
	d.merge.deliver(id, p, b)
	if p.Fragment.More {
		for _, earlier := range d.fragments.First(p, id, d.now) {
			d.deliver(id, earlier)
		}
	}
}

// receiveOther takes a packet of another protocol. An error that one of our packets caused goes to
// the core that sent it.
func (d *driver) receiveOther(p *packet.Packet, frame, b []byte) {
	if q, ok := p.Quoted(b); ok {
		if id, ok := d.table.Find(q.From()); ok {
			d.deliver(id, b)
		}
		return
	}
	d.toGate(frame)
}

// steer returns the core that a packet of TCP or UDP is for; false: none, and the sender was told
// so if it is one of TCP.
func (d *driver) steer(p *packet.Packet) (id kernel.CoreID, ok bool) {
	n := d.node
	id, answer := d.table.In(p, d.now)
	if answer == flow.Known {
		return id, true
	}
	begins := p.Protocol == packet.TCP && p.Flags&(packet.SYN|packet.ACK) == packet.SYN
	settling := len(d.untold) > 0 && answer == flow.Unknown
	switch {
	case answer == flow.Dead:
	case p.DstPort >= ephemeralFirst:
		id = n.owner(p.DstPort)
		ok = n.lives(id)
	case begins || !settling:
		id, ok = n.public.PickSparing(p.To(), n.self)
	}
	if ok {
		return id, true
	}
	n.counts.Nobody++
	if s, is := flow.Refusal(p); is && !settling {
		d.trySegment(s)
	}
	return 0, false
}

// deliver hands a packet to a core.
func (d *driver) deliver(id kernel.CoreID, b []byte) {
	n := d.node
	if id == n.self {
		n.arrive(n.stack.out, bufferOf(b), isV6(b))
		return
	}
	p := n.peer(id)
	if p == nil || !p.bound {
		n.counts.Nobody++
		return
	}
	if len(p.backlog.packets) == 0 && p.try(0, parts{here: b}, len(b)) {
		return
	}
	pkt := stack.NewPacketBuffer(stack.PacketBufferOptions{Payload: bufferOf(b)})
	defer pkt.DecRef()
	n.sendTo(id, outgoing{0, pkt})
}
