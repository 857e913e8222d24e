package net

import (
	"skerry/coreos/net/packet"
	"skerry/kernel"
)

// merge has acknowledgements without data wait on their way in: one that a later packet of its flow
// makes superfluous goes no further. A client acknowledges a long answer frame by frame, and a
// stack has as much work with that as with a request.
//
// All wait while a batch of frames is taken from the card. One for little data waits longer, as
// those do that a stack sends (acks): most often the client's next request follows. It is handed on
// with the others when time is up, or this core has nothing else to do.
type merge struct {
	driver *driver
	acks   [ackFlows]waitingAck
	waits  int            // how many do
	batch  []*waitingAck  // those that wait for its end only
	due    kernel.Instant // when all are handed on
}

// waitingAck is the last packet of a flow, if that was an acknowledgement without data. Its place
// it may lose to another flow.
type waitingAck struct {
	key    packet.Key
	passed uint32 // the last acknowledgement that was handed on
	ack    uint32 // the one that waits
	seq    uint32 // its sequence number
	to     kernel.CoreID
	size   int // 0: none waits
	bytes  [mergeBytesMax]byte
}

// deliver hands a packet of TCP or UDP to a core, with b its bytes: now, or later.
func (m *merge) deliver(id kernel.CoreID, p *packet.Packet, b []byte) {
	if p.Protocol != packet.TCP || p.Fragment.Is() {
		m.driver.deliver(id, b)
		return
	}
	w, key := &m.acks[packet.Place(p.SrcPort)], p.To()
	known := w.key == key
	if w.size > 0 {
		m.end(w, known && w.superfluous(p))
	}
	if p.Flags != packet.ACK || p.Data > 0 || p.TotalBytes > p.IPBytes+mergeHeader ||
		len(b) > mergeBytesMax {
		w.key, w.passed = key, p.Ack
		if p.Flags&packet.SYN != 0 {
			w.key = packet.Key{} // the acknowledgement that opens the connection is awaited
		}
		m.driver.deliver(id, b)
		return
	}
	if more := p.Ack - w.passed; !known || more == 0 || more >= ackBytesMax {
		m.batch = append(m.batch, w)
	}
	w.key, w.ack, w.seq = key, p.Ack, p.Seq
	w.to, w.size = id, copy(w.bytes[:], b)
	m.waits++
}

// superfluous tells whether a later packet of the flow says more than w. One that acknowledges as
// much and has no data tells of a loss. What one acknowledges that does not follow on w a stack may
// ignore (RFC 9293, section 3.10.7.4): so a forged one takes nothing away.
func (w *waitingAck) superfluous(p *packet.Packet) bool {
	if p.Flags&(packet.SYN|packet.RST|packet.ACK) != packet.ACK || p.Seq != w.seq {
		return false
	}
	return int32(p.Ack-w.ack) > 0 || p.Ack == w.ack && p.Data > 0
}

// end ends the waiting of one: it is handed on unless it is superfluous.
func (m *merge) end(w *waitingAck, superfluous bool) {
	if !superfluous {
		m.driver.deliver(w.to, w.bytes[:w.size])
		w.passed = w.ack
	}
	w.size = 0
	m.waits--
}

// endBatch hands on what waits for the end of the batch, and all when time is up.
func (m *merge) endBatch(now kernel.Instant) {
	for _, w := range m.batch {
		if w.size > 0 {
			m.end(w, false)
		}
	}
	m.batch = m.batch[:0]
	if now >= m.due {
		m.due = now.Add(ackHold)
		m.flush()
	}
}

// flush hands on all that wait, and tells whether there were some.
func (m *merge) flush() bool {
	some := m.waits > 0
	for i := 0; m.waits > 0; i++ {
		if w := &m.acks[i]; w.size > 0 {
			m.end(w, false)
		}
	}
	return some
}
