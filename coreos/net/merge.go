package net

import (
	"skerry/coreos/net/packet"
	"skerry/kernel"
)

// merge has acknowledgements without data wait while a batch of frames is taken from the card: one
// that a later packet of its flow makes superfluous goes no further. A client acknowledges a long
// answer frame by frame, and a stack has as much work with that as with a request.
type merge struct {
	driver *driver
	acks   [mergeFlows]waitingAck
	some   bool
}

// waitingAck is the last packet of a flow, if that was an acknowledgement without data.
type waitingAck struct {
	key   packet.Key
	ack   uint32
	to    kernel.CoreID
	size  int // 0: none waits
	bytes [mergeBytesMax]byte
}

// deliver hands a packet of TCP or UDP to a core, with b its bytes: now, or at the end of the
// batch.
func (m *merge) deliver(id kernel.CoreID, p *packet.Packet, b []byte) {
	if p.Protocol != packet.TCP || p.Fragment.Is() {
		m.driver.deliver(id, b)
		return
	}
	w, key := &m.acks[p.SrcPort%mergeFlows], p.To()
	if w.size > 0 && !(w.key == key && w.superfluous(p)) {
		m.driver.deliver(w.to, w.bytes[:w.size])
	}
	w.size = 0
	if p.Flags != packet.ACK || p.Data > 0 || p.TotalBytes > p.IPBytes+mergeHeader ||
		len(b) > mergeBytesMax {
		m.driver.deliver(id, b)
		return
	}
	w.key, w.ack, w.to, w.size = key, p.Ack, id, copy(w.bytes[:], b)
	m.some = true
}

// superfluous tells whether a later packet of the flow says more than w. One that acknowledges as
// much and has no data tells of a loss.
func (w *waitingAck) superfluous(p *packet.Packet) bool {
	if p.Flags&(packet.SYN|packet.RST|packet.ACK) != packet.ACK {
		return false
	}
	return int32(p.Ack-w.ack) > 0 || p.Ack == w.ack && p.Data > 0
}

// flush hands on what waits.
func (m *merge) flush() {
	if !m.some {
		return
	}
	m.some = false
	for i := range m.acks {
		if w := &m.acks[i]; w.size > 0 {
			m.driver.deliver(w.to, w.bytes[:w.size])
			w.size = 0
		}
	}
}
