package net

import (
	"net/netip"
	"slices"
	"testing"

	"gvisor.dev/gvisor/pkg/tcpip/stack"

	"skerry/coreos/net/packet"
	"skerry/kernel"
)

// bare returns an acknowledgement without data, or, with PSH, what stands for one with data.
func bare(port uint16, ack uint32, flags uint8) *stack.PacketBuffer {
	s := packet.Segment{
		Key: packet.Key{
			Local: packet.AddrOf(netip.MustParseAddr(machineIP)), LocalPort: 80,
			Remote:     packet.AddrOf(netip.MustParseAddr(outsideIP)),
			RemotePort: port, Protocol: packet.TCP,
		},
		Flags: flags, Ack: ack,
	}
	return stack.NewPacketBuffer(stack.PacketBufferOptions{
		Payload: bufferOf(s.Append(nil)),
	})
}

// An acknowledgement is sent unless a packet follows that says the same or more. One that is
// repeated is sent each time: it tells of a loss. Holding those back, too, is found.
func TestAcksAreHeld(t *testing.T) {
	const data = packet.ACK | packet.PSH
	for _, c := range []struct {
		name string
		acks []uint32
		then uint8
		want []uint32
	}{
		{"data follows", []uint32{5}, data, []uint32{9}},
		{"a newer one, then data", []uint32{5, 6}, data, []uint32{9}},
		{"nothing follows", []uint32{5}, 0, []uint32{5}},
		{"a newer one follows", []uint32{5, 6}, 0, []uint32{6}},
		{"it is repeated", []uint32{5, 5, 5, 5}, 0, []uint32{5, 5, 5, 5}},
	} {
		if got := passed(c.acks, c.then, (*acks).hold); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v were sent: want %v", c.name, got, c.want)
		}
	}
	merging := func(a *acks, l *link, pkt *stack.PacketBuffer) bool {
		if len(a.list) > 0 {
			a.list[0].ack++ // so that it never looks repeated
		}
		return a.hold(l, pkt)
	}
	if got := passed([]uint32{5, 5, 5, 5}, 0, merging); len(got) == 4 {
		t.Error("holding back repeated ones is not found")
	}
}

// passed sends acknowledgements of one flow, some of another, and then a packet with the flags, and
// returns what is sent of the first flow.
func passed(list []uint32, then uint8,
	hold func(*acks, *link, *stack.PacketBuffer) bool) (sent []uint32) {
	a := new(acks)
	l := &link{node: &node{core: new(rigLife)}}
	l.send = func(pkt *stack.PacketBuffer) {
		if p, _ := packet.Parse(pkt.ToView().AsSlice()); p.DstPort == 1 {
			sent = append(sent, p.Ack)
		}
	}
	pass := func(pkt *stack.PacketBuffer) {
		if !hold(a, l, pkt) {
			l.send(pkt)
		}
		pkt.DecRef()
	}
	for _, ack := range list {
		pass(bare(1, ack, packet.ACK))
	}
	for port := range uint16(acksMax / 2) {
		pass(bare(2+port, 5, packet.ACK))
	}
	if then != 0 {
		pass(bare(1, 9, then))
	}
	a.flush(kernel.Forever)
	return sent
}

// Of many flows that have something to acknowledge, none is forgotten.
func TestAcksAreBounded(t *testing.T) {
	a, sent := new(acks), map[uint16]bool{}
	l := &link{node: &node{core: new(rigLife)}}
	l.send = func(pkt *stack.PacketBuffer) {
		p, _ := packet.Parse(pkt.ToView().AsSlice())
		sent[p.DstPort] = true
	}
	for port := range uint16(3 * acksMax) {
		if !a.hold(l, bare(port, 5, packet.ACK)) {
			t.Fatalf("the acknowledgement of flow %d is not held", port)
		}
	}
	held := len(a.list)
	if a.flush(kernel.Forever); held > acksMax || len(sent) != 3*acksMax {
		t.Fatalf("%d held, %d sent: want at most %d, and %d", held, len(sent), acksMax, 3*acksMax)
	}
}
