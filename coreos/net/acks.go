package net

import (
	"time"

	"gvisor.dev/gvisor/pkg/tcpip/stack"

	"skerry/coreos/net/packet"
	"skerry/kernel"
)

// acks are acknowledgements without data that wait a while (RFC 9293, section 3.8.6.3). The stack
// sends one for whatever comes, at once; most often an app's answer follows, which says the same.
// So one for little data is held until something else of its flow is sent, or it is due.
//
// What was acknowledged is noted for each flow, at a place that it may lose to another one. The
// first acknowledgement after that is sent at once.
type acks struct {
	flows   [ackFlows]ackFlow
	held    int         // acknowledgements that wait
	timer   *time.Timer // by which they end waiting; nil: there was none yet
	reminds bool        // it runs
}

// ackFlow is what a stack has acknowledged to the other end of a flow.
type ackFlow struct {
	key  packet.Key
	sent uint32 // the last acknowledgement that was sent
	ack  uint32 // the one that waits
	due  kernel.Instant

	// The packet that carries the one that waits. The stack makes the next one of the same memory.
	size  int // 0: none waits
	bytes [ackPacketMax]byte
	gso   stack.GSO
	link  *link
}

// hold takes a packet that a stack sends by a link; false: it is to be sent now.
func (a *acks) hold(l *link, pkt *stack.PacketBuffer) bool {
	p, err := parse(pkt)
	if err != nil || p.Protocol != packet.TCP || p.Fragment.Is() {
		return false
	}
	f, key := &a.flows[packet.Place(p.DstPort)], p.From()
	if f.key != key {
		a.release(f)
		*f = ackFlow{key: key, sent: p.Ack}
		return false
	}
	bare := p.Flags == packet.ACK && p.Data == 0
	again := bare && f.size > 0 && p.Ack == f.ack
	if again {
		a.release(f) // that it comes again tells something: RFC 5681, section 2
	} else {
		a.drop(f) // it says no more than this packet does
	}
	if !bare || again || p.Ack == f.sent || p.Ack-f.sent >= ackBytesMax ||
		p.TotalBytes > ackPacketMax {
		f.sent = p.Ack
		return false
	}
	from := partsOf(pkt)
	f.size, f.gso, f.link, f.ack = from.read(f.bytes[:]), pkt.GSOOptions, l, p.Ack
	f.due = l.node.core.Now().Add(ackHold)
	a.held++
	return true
}

// drop forgets the acknowledgement of a flow that waits, if there is one.
func (a *acks) drop(f *ackFlow) {
	if f.size > 0 {
		f.size = 0
		a.held--
	}
}

// release sends it.
func (a *acks) release(f *ackFlow) {
	if f.size > 0 {
		f.sent = f.ack
		pkt := stack.NewPacketBuffer(stack.PacketBufferOptions{
			Payload: bufferOf(f.bytes[:f.size]),
		})
		pkt.GSOOptions = f.gso
		f.link.send(pkt)
		pkt.DecRef()
		a.drop(f)
	}
}

// flush sends those that are due.
func (a *acks) flush(now kernel.Instant) {
	for i := range a.flows {
		if f := &a.flows[i]; f.size > 0 && f.due <= now {
			a.release(f)
		}
	}
}

// remind has those that wait sent in time. The caller holds the loop's lock.
func (n *node) remind() {
	switch a := &n.acks; {
	case a.held == 0 || a.reminds:
		return
	case a.timer == nil:
		a.timer = time.AfterFunc(ackHold, n.sendAcks)
	default:
		a.timer.Reset(ackHold)
	}
	n.acks.reminds = true
}

// sendAcks sends the acknowledgements that are due, and comes again if there are others.
func (n *node) sendAcks() {
	n.loop.Lock()
	defer n.loop.Unlock()
	n.acks.reminds = false
	n.acks.flush(n.core.Now())
	n.remind()
	n.flush()
}
