package net

import (
	"slices"

	"gvisor.dev/gvisor/pkg/tcpip/stack"

	"skerry/coreos/net/packet"
	"skerry/kernel"
)

// acks are acknowledgements without data that wait a moment. The stack sends one for whatever
// comes, at once; most often an app's answer follows, which says the same. So each is held until
// something else of its flow is sent, or the loop has nothing to do, or it is due.
type acks struct {
	list []heldAck // oldest first
}

// heldAck is a packet that waits.
type heldAck struct {
	link   *link
	packet *stack.PacketBuffer
	key    packet.Key
	ack    uint32
	due    kernel.Instant
}

// hold takes a packet that a stack sends by a link; false: it is to be sent now.
func (a *acks) hold(l *link, pkt *stack.PacketBuffer) bool {
	if pkt.Size() > ackBytesMax && len(a.list) == 0 {
		return false
	}
	var space [headBytes]byte
	p, err := packet.ParseHead(head(space[:0], pkt.AsSlices()), pkt.Size())
	if err != nil || p.Protocol != packet.TCP || p.Fragment.Is() {
		return false
	}
	i := slices.IndexFunc(a.list, func(h heldAck) bool { return h.key == p.From() })
	switch bare := p.Flags == packet.ACK && p.Data == 0; {
	case !bare && i >= 0:
		a.drop(i) // it says no more than this packet does
		return false
	case !bare:
		return false
	case i >= 0 && a.list[i].ack == p.Ack:
		a.release(i) // that it comes again tells something: RFC 5681, section 2
		return false
	case i >= 0:
		a.drop(i)
	case len(a.list) == acksMax:
		a.release(0)
	}
	pkt.IncRef()
	due := l.node.core.Now().Add(ackHold)
	a.list = append(a.list, heldAck{l, pkt, p.From(), p.Ack, due})
	return true
}

// drop forgets one.
func (a *acks) drop(i int) {
	a.list[i].packet.DecRef()
	a.list = slices.Delete(a.list, i, i+1)
}

// release sends one.
func (a *acks) release(i int) {
	a.list[i].link.send(a.list[i].packet)
	a.drop(i)
}

// flush sends those that are due, and tells whether there were some.
func (a *acks) flush(now kernel.Instant) (some bool) {
	for len(a.list) > 0 && a.list[0].due <= now {
		a.release(0)
		some = true
	}
	return some
}
