package net

import (
	"bytes"
	"encoding/binary"

	"gvisor.dev/gvisor/pkg/tcpip/stack"

	"skerry/coreos/net/card"
	"skerry/coreos/net/packet"
	"skerry/kernel"
)

// send sends a packet of another core to another machine.
func (d *driver) send(from kernel.CoreID, e envelope, b []byte) {
	d.frame = append(d.frame[:etherBytes], b...)
	d.emit(from, e)
}

// sendOwn sends a packet of this core.
func (d *driver) sendOwn(e envelope, pkt *stack.PacketBuffer) {
	from := partsOf(pkt)
	d.frame = from.appendTo(d.frame[:etherBytes])
	d.emit(d.node.self, e)
}

// emit sends the packet in the frame, unless the core that made it may not send such.
func (d *driver) emit(from kernel.CoreID, e envelope) {
	d.now = d.node.core.Now()
	b := d.frame[etherBytes:]
	p, err := packet.Parse(b)
	if err != nil || p.TotalBytes != len(b) || !d.near.has(p.Src) {
		d.node.counts.Malformed++
		return
	}
	tiny := e.segmentBytes() > 0 && e.segmentBytes() < segmentBytesMin
	if e&checked == 0 && (p.Protocol != packet.TCP || p.Fragment.Is() || tiny) {
		d.node.counts.Malformed++
		return
	}
	if p.HasPorts() {
		d.table.Out(&p, from, d.now)
	}
	switch segment := e.segmentBytes(); {
	case e&checked != 0:
		d.route(p.Dst, card.Frame{})
	case segment > 0 && !d.cuts():
		d.cut(&p, int(segment))
	case d.card.Offloads()&card.Checksums == 0:
		p.PutChecksum(b)
		d.route(p.Dst, card.Frame{})
	default:
		d.route(p.Dst, offload(&p, segment))
	}
}

// cut sends the packet in the frame as several.
func (d *driver) cut(p *packet.Packet, dataBytes int) {
	d.frame, d.long = d.long, d.frame
	p.Cut(d.long[etherBytes:], dataBytes, d.frame[:etherBytes], func(frame []byte) {
		d.frame = frame
		d.route(p.Dst, card.Frame{})
	})
}

// offload returns what the card is to do with a packet.
func offload(p *packet.Packet, segmentBytes uint16) card.Frame {
	f := card.Frame{
		NeedsChecksum: true, ChecksumStart: uint16(etherBytes + p.IPBytes),
		ChecksumOffset: uint16(p.SumPlace()),
	}
	if segmentBytes == 0 {
		return f
	}
	f.Segment = card.TCP4
	if p.V6 {
		f.Segment = card.TCP6
	}
	f.SegmentBytes = segmentBytes
	f.HeaderBytes = uint16(etherBytes + p.TotalBytes - p.Data)
	return f
}

// trySegment sends a segment of TCP that no core's stack makes; false: there is no room now.
func (d *driver) trySegment(s packet.Segment) bool {
	if len(d.waiting) >= waitingMax/2 {
		return false
	}
	d.frame = s.Append(d.frame[:etherBytes])
	sent := d.tryRoute(s.Remote, card.Frame{})
	if sent && s.Flags&packet.RST != 0 {
		d.node.counts.Resets++
	}
	return sent
}

// route is tryRoute for packets that are dropped if there is no room.
func (d *driver) route(dst packet.Addr, about card.Frame) { d.count(d.tryRoute(dst, about)) }

// count counts a packet that found no room.
func (d *driver) count(sent bool) {
	if !sent {
		d.node.counts.Full++
	}
}

// tryRoute sends the packet in the frame to the neighbour by which it leaves, as soon as its
// Ethernet address is known; false: there is no room. Without a neighbour it is dropped.
func (d *driver) tryRoute(dst packet.Addr, about card.Frame) bool {
	if mac, ok := d.group(&dst); ok {
		d.address(mac)
		return d.tryTransmit(about)
	}
	to := d.hops.to(dst)
	if to == nil {
		d.node.counts.Nobody++
		return true
	}
	return d.hops.trySend(to, about)
}

// group returns the Ethernet address of an address that several machines have (RFC 1112, RFC 2464).
func (d *driver) group(a *packet.Addr) (mac [6]byte, ok bool) {
	switch {
	case d.near.broadcast(*a):
		return [6]byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}, true
	case !a.IsMulticast():
		return mac, false
	case a.Is4():
		return [6]byte{0x01, 0x00, 0x5e, a[13] & 0x7f, a[14], a[15]}, true
	}
	return [6]byte{0x33, 0x33, a[12], a[13], a[14], a[15]}, true
}

// address writes the Ethernet header of the frame.
func (d *driver) address(to [6]byte) {
	copy(d.frame, to[:])
	copy(d.frame[len(to):], d.mac[:])
	kind := uint16(typeIP4)
	if isV6(d.frame[etherBytes:]) {
		kind = typeIP6
	}
	binary.BigEndian.PutUint16(d.frame[etherBytes-2:], kind)
}

// tryTransmit sends the frame, or keeps a copy until the card has room; false: too many wait.
func (d *driver) tryTransmit(about card.Frame) bool {
	about.Bytes = d.frame
	if len(d.waiting) == 0 && d.card.TrySend(about) {
		d.node.counts.Sent++
		return true
	}
	if len(d.waiting) == waitingMax {
		return false
	}
	d.node.counts.Sent++
	about.Bytes = bytes.Clone(d.frame)
	d.waiting = append(d.waiting, about)
	return true
}

// resume sends frames that waited for room, and tells whether it did.
func (d *driver) resume() (some bool) {
	for len(d.waiting) > 0 && d.card.TrySend(d.waiting[0]) {
		d.waiting[0] = card.Frame{}
		d.waiting = d.waiting[1:]
		some = true
	}
	return some
}
