package flow

import (
	"skerry/coreos/net/packet"
	"skerry/kernel"
)

// Bury ends the flows of a dead core. Those of TCP are remembered until NextReset has told their
// remote ends, and for a while longer.
func (t *Table) Bury(core kernel.CoreID, now kernel.Instant) {
	for _, c := range [...]class{brief, lasting, datagram} {
		for f := t.lists[c].first; f != nil; {
			next := f.next
			switch {
			case f.core != core:
			case c == datagram:
				t.remove(f)
			default:
				t.move(f, ended, now)
				t.unreset = append(t.unreset, f)
			}
			f = next
		}
	}
}

// Mourn notes a flow of a dead core as Bury leaves it, unless there is another one with that key.
func (t *Table) Mourn(key packet.Key, core kernel.CoreID, now kernel.Instant) {
	if t.flows[key] == nil && key.Protocol == packet.TCP {
		t.unreset = append(t.unreset, t.create(key, core, ended, now))
	}
}

// Reset sends the resets of flows whose core died, at most so many flows' for now, as long as send
// has room. It tells whether all are sent.
func (t *Table) Reset(limit int, send func(packet.Segment) bool) bool {
	for range min(limit, len(t.unreset)) {
		f := t.unreset[0]
		for _, s := range f.resets() {
			if t.flows[f.Key] == f && !send(s) {
				return false
			}
		}
		t.unreset[0] = nil
		t.unreset = t.unreset[1:]
	}
	return len(t.unreset) == 0
}

// resets returns what ends a flow at its remote end. That end obeys a reset only if the sequence
// number is exactly the next that it expects (RFC 5961, section 3), which is one that we sent and
// it may not have acknowledged yet: most likely the first or the last such. If it is another one,
// the last is within its window: it answers with an acknowledgement, which Refusal answers.
//
// A flow without numbers is asked for one in this way: by a segment far from its window.
func (f *Flow) resets() []packet.Segment {
	s := packet.Segment{Key: f.Key, Flags: packet.ACK}
	if !f.numbered {
		return []packet.Segment{s}
	}
	s.Flags, s.Seq, s.Ack = packet.RST|packet.ACK, f.sent, f.received
	if f.acked == f.sent {
		return []packet.Segment{s}
	}
	early := s
	early.Seq = f.acked
	return []packet.Segment{early, s}
}

// Refusal returns the reset that answers a packet of a flow that nobody has (RFC 9293, section
// 3.10.7.1); false: it gets none.
func Refusal(p *packet.Packet) (packet.Segment, bool) {
	s := packet.Segment{Key: p.To(), Flags: packet.RST}
	switch {
	case p.Protocol != packet.TCP || p.Flags&packet.RST != 0:
		return s, false
	case p.Flags&packet.ACK != 0:
		s.Seq = p.Ack
	default:
		s.Flags |= packet.ACK
		s.Ack = p.Next()
	}
	return s, true
}
