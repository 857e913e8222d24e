package net

import (
	"net/netip"
	"slices"
	"testing"

	"skerry/coreos/net/packet"
)

// Acknowledgements without data may be left out that a later packet of their flow makes
// superfluous, in a batch or, if they are for little, behind it; nothing else is, the order in a
// flow stays, and a repeated one stays repeated. One for much, the first one, and that which opens
// a connection, wait for no other batch. Merging repeated ones is found, as is to hold all.
func TestAcksAreMerged(t *testing.T) {
	const ack, push, fin = packet.ACK, packet.ACK | packet.PSH, packet.ACK | packet.FIN
	const much = 3 + ackBytesMax
	begin, end := merged{1, push, 3}, merged{}
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
		{"two flows at one place", []merged{{1, ack, 5}, {1 + 2*ackFlows, ack, 5}},
			[]merged{{1, ack, 5}, {1 + 2*ackFlows, ack, 5}}},
		{"the next request in another batch", []merged{begin, {1, ack, 5}, end, {1, push, 5}},
			[]merged{begin, {1, push, 5}}},
		{"a reset in another batch", []merged{begin, {1, ack, 5}, end, {1, packet.RST, 0}},
			[]merged{begin, {1, ack, 5}, {1, packet.RST, 0}}},
		{"the first one", []merged{{1, ack, 5}, end, {1, push, 5}},
			[]merged{{1, ack, 5}, {1, push, 5}}},
		{"a connection opens", []merged{{1, packet.SYN, 0}, {1, ack, 5}, end, {1, push, 5}},
			[]merged{{1, packet.SYN, 0}, {1, ack, 5}, {1, push, 5}}},
		{"for much", []merged{begin, {1, ack, much}, end, {1, push, much}},
			[]merged{begin, {1, ack, much}, {1, push, much}}},
		{"for much by and by", []merged{begin, {1, ack, 9}, end, {1, ack, much}, end, {1, fin, 9}},
			[]merged{begin, {1, ack, much}, {1, fin, 9}}},
	} {
		if got := mergedOf(c.come, nil); !slices.Equal(got, c.want) {
			t.Errorf("%s: of %v, %v were handed on: want %v", c.name, c.come, got, c.want)
		}
	}
	repeated := []merged{{1, ack, 5}, {1, ack, 5}}
	older := func(m *merge) { m.acks[packet.Place(1)].ack-- }
	if slices.Equal(mergedOf(repeated, older), repeated) {
		t.Error("merging repeated acknowledgements is not found")
	}
	opens := []merged{{1, packet.SYN, 0}, {1, ack, 5}, end, {1, push, 5}}
	all := func(m *merge) { m.batch = nil }
	if len(mergedOf(opens, all)) == 3 {
		t.Error("holding all acknowledgements is not found")
	}
}

// An acknowledgement for little that nothing follows is handed on when time is up, and when there
// is nothing else to do.
func TestMergedAcksAreInTime(t *testing.T) {
	for name, last := range map[string]func(*merge){
		"time is up": func(m *merge) { m.endBatch(m.due) },
		"idle":       func(m *merge) { m.driver.arm() },
	} {
		n, m := newMerging()
		for _, ack := range []uint32{3, 5} {
			merged{1, packet.ACK, ack}.come(m)
			m.endBatch(2)
		}
		if n.inbox.waiting() != 1 {
			t.Fatalf("%s: %d packets handed on: want the first of two", name, n.inbox.waiting())
		}
		last(m)
		if n.inbox.waiting() != 2 {
			t.Errorf("%s: %d packets handed on: want two", name, n.inbox.waiting())
		}
	}
}

// One that waits is handed on before a packet that does not follow on it: a stack may
// ignore what that one acknowledges, as with a keep-alive probe, or one that is forged.
func TestMergedAcksOutliveStrangePackets(t *testing.T) {
	const seq, bare, push = 100, packet.ACK, packet.ACK | packet.PSH
	for _, c := range []struct {
		flags uint8
		seq   uint32
		want  int
	}{
		{bare, seq - 1, 3}, {push, seq - 1, 3}, {bare, seq + 1<<30, 3}, {push, seq + 1<<30, 3},
		{bare, seq, 2}, {push, seq, 2},
	} {
		n, m := newMerging()
		merged{1, push, 3}.comeAt(m, seq-1)
		merged{1, bare, 5}.comeAt(m, seq)
		m.endBatch(2)
		merged{1, c.flags, 9}.comeAt(m, c.seq)
		if m.flush(); n.inbox.waiting() != c.want {
			t.Errorf("flags %#x, number %d behind %d: %d packets handed on: want %d", c.flags,
				c.seq, seq, n.inbox.waiting(), c.want)
		}
	}
}

// merged is a packet of a client, by its port, flags, and what it acknowledges. With port 0 it is
// none, but the end of a batch.
type merged struct {
	port  uint16
	flags uint8
	ack   uint32
}

// come has the packet come in.
func (c merged) come(m *merge) { c.comeAt(m, 0) }

// comeAt has it come in with a sequence number.
func (c merged) comeAt(m *merge, seq uint32) {
	s := packet.Segment{Key: packet.Key{
		Local: packet.AddrOf(netip.MustParseAddr(outsideIP)), LocalPort: c.port,
		Remote:     packet.AddrOf(netip.MustParseAddr(machineIP)),
		RemotePort: 80, Protocol: packet.TCP,
	}, Flags: c.flags, Seq: seq, Ack: c.ack}
	b := s.Append(nil)
	p, _ := packet.Parse(b)
	if c.flags&packet.PSH != 0 {
		p.Data = 1
	}
	m.deliver(0, &p, b)
}

// mergedOf returns what is left of what comes in. Plant is called after each packet.
func mergedOf(come []merged, plant func(*merge)) (left []merged) {
	n, m := newMerging()
	for _, c := range come {
		if c.port == 0 {
			m.endBatch(2)
			continue
		}
		c.come(m)
		if plant != nil {
			plant(m)
		}
	}
	m.flush()
	for _, in := range n.inbox.packets {
		p, _ := packet.Parse(in.packet.ToView().AsSlice())
		left = append(left, merged{p.SrcPort, p.Flags, p.Ack})
	}
	return left
}

// newMerging returns a node to whose stack all packets go, after the end of a first batch.
func newMerging() (*node, *merge) {
	n := &node{stack: new(ipStack)}
	d := &driver{node: n}
	d.merge.driver = d
	d.merge.endBatch(1)
	return n, &d.merge
}
