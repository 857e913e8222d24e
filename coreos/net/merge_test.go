package net

import (
	"net/netip"
	"slices"
	"testing"

	"skerry/coreos/net/packet"
)

// Of the packets of a batch, acknowledgements without data may be left out that a later packet of
// their flow makes superfluous; nothing else is, the order in a flow stays, and a repeated one
// stays repeated. Merging those is found.
func TestAcksAreMerged(t *testing.T) {
	const ack, push, fin = packet.ACK, packet.ACK | packet.PSH, packet.ACK | packet.FIN
	for _, c := range []struct {
		name       string
		come, want []merged
	}{
		{"a long answer", []merged{{1, ack, 5}, {1, ack, 6}, {1, ack, 7}}, []merged{{1, ack, 7}}},
		{"the next request", []merged{{1, ack, 5}, {1, push, 5}}, []merged{{1, push, 5}}},
		{"repeated", []merged{{1, ack, 5}, {1, ack, 5}, {1, ack, 5}},
			[]merged{{1, ack, 5}, {1, ack, 5}, {1, ack, 5}}},
		{"an old one", []merged{{1, ack, 5}, {1, ack, 4}}, []merged{{1, ack, 5}, {1, ack, 4}}},
		{"a reset", []merged{{1, ack, 5}, {1, packet.RST, 0}},
			[]merged{{1, ack, 5}, {1, packet.RST, 0}}},
		{"the end", []merged{{1, ack, 5}, {1, fin, 6}}, []merged{{1, fin, 6}}},
		{"two flows", []merged{{1, ack, 5}, {2, ack, 5}, {1, ack, 6}, {2, push, 9}},
			[]merged{{2, push, 9}, {1, ack, 6}}},
		{"two flows at one place", []merged{{1, ack, 5}, {1 + mergeFlows, ack, 5}},
			[]merged{{1, ack, 5}, {1 + mergeFlows, ack, 5}}},
	} {
		if got := mergedOf(c.come, false); !slices.Equal(got, c.want) {
			t.Errorf("%s: of %v, %v were handed on: want %v", c.name, c.come, got, c.want)
		}
	}
	repeated := []merged{{1, ack, 5}, {1, ack, 5}}
	if slices.Equal(mergedOf(repeated, true), repeated) {
		t.Error("merging repeated acknowledgements is not found")
	}
}

// merged is a packet of a client, by its port, flags, and what it acknowledges.
type merged struct {
	port  uint16
	flags uint8
	ack   uint32
}

// mergedOf returns what is left of a batch. Planted, each acknowledgement looks older than it is.
func mergedOf(come []merged, planted bool) (left []merged) {
	n := &node{stack: new(ipStack)}
	m := &merge{driver: &driver{node: n}}
	for _, c := range come {
		s := packet.Segment{Key: packet.Key{
			Local: packet.AddrOf(netip.MustParseAddr(outsideIP)), LocalPort: c.port,
			Remote:     packet.AddrOf(netip.MustParseAddr(machineIP)),
			RemotePort: 80, Protocol: packet.TCP,
		}, Flags: c.flags, Ack: c.ack}
		b := s.Append(nil)
		p, _ := packet.Parse(b)
		if c.flags&packet.PSH != 0 {
			p.Data = 1
		}
		m.deliver(0, &p, b)
		if planted {
			m.acks[c.port%mergeFlows].ack--
		}
	}
	m.flush()
	for _, in := range n.inbox {
		p, _ := packet.Parse(in.packet.ToView().AsSlice())
		left = append(left, merged{p.SrcPort, p.Flags, p.Ack})
	}
	return left
}
