package net

import (
	"net/netip"
	"slices"
	"testing"
	"time"

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
// repeated, or for much, is sent at once: it tells of a loss, or keeps a stream going. Holding back
// repeated ones is found.
func TestAcksAreHeld(t *testing.T) {
	const data, much = packet.ACK | packet.PSH, 9 + ackBytesMax
	for _, c := range []struct {
		name string
		acks []uint32
		then uint8
		want []uint32
	}{
		{"data follows", []uint32{5}, data, []uint32{9}},
		{"data follows that says the same", []uint32{9}, data, []uint32{9}},
		{"a newer one, then data", []uint32{5, 6}, data, []uint32{9}},
		{"nothing follows", []uint32{5}, 0, []uint32{5}},
		{"a newer one follows", []uint32{5, 6}, 0, []uint32{6}},
		{"it is repeated", []uint32{5, 5, 5, 5}, 0, []uint32{5, 5, 5, 5}},
		{"it is for much", []uint32{5, much, 5}, data, []uint32{much, 5, 9}},
	} {
		if got := passed(c.acks, c.then, (*acks).hold); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v were sent: want %v", c.name, got, c.want)
		}
	}
	merging := func(a *acks, l *link, pkt *stack.PacketBuffer) bool {
		a.flows[packet.Place(1)].ack++ // so that it never looks repeated
		a.flows[packet.Place(1)].sent = 0
		return a.hold(l, pkt)
	}
	if got := passed([]uint32{5, 5, 5, 5}, 0, merging); len(got) == 4 {
		t.Error("holding back repeated ones is not found")
	}
}

// passed begins a flow, sends acknowledgements of it, some of others, and then a packet with the
// flags, and returns what is sent of the first flow after its beginning.
func passed(list []uint32, then uint8,
	hold func(*acks, *link, *stack.PacketBuffer) bool) (sent []uint32) {
	a := new(acks)
	l := recorder(func(p packet.Packet) {
		if p.DstPort == 1 {
			sent = append(sent, p.Ack)
		}
	})
	pass := func(pkt *stack.PacketBuffer) {
		if !hold(a, l, pkt) {
			l.send(pkt)
		}
		pkt.DecRef()
	}
	pass(bare(1, 1, packet.ACK|packet.SYN))
	for _, ack := range list {
		pass(bare(1, ack, packet.ACK))
	}
	for port := range uint16(ackFlows - 2) {
		pass(bare(2+port, 5, packet.ACK))
	}
	if then != 0 {
		pass(bare(1, 9, then))
	}
	a.flush(kernel.Forever)
	return sent[1:]
}

// recorder returns a link that has the packets noted which it sends.
func recorder(note func(packet.Packet)) *link {
	l := &link{node: &node{core: new(rigLife)}}
	l.send = func(pkt *stack.PacketBuffer) {
		p, _ := packet.Parse(pkt.ToView().AsSlice())
		note(p)
	}
	return l
}

// Of many flows that have something to acknowledge, none is forgotten.
func TestAcksAreBounded(t *testing.T) {
	const flows = 3 * ackFlows
	a, sent := new(acks), map[uint16]uint32{}
	l := recorder(func(p packet.Packet) { sent[p.DstPort] = p.Ack })
	pass := func(pkt *stack.PacketBuffer) {
		if !a.hold(l, pkt) {
			l.send(pkt)
		}
	}
	for port := range uint16(flows) {
		pass(bare(port, 1, packet.ACK|packet.SYN))
		pass(bare(port, 5, packet.ACK))
	}
	held := a.held
	a.flush(kernel.Forever)
	for port := range uint16(flows) {
		if sent[port] != 5 {
			t.Fatalf("flow %d acknowledged %d at last: want 5", port, sent[port])
		}
	}
	if held != ackFlows || a.held != 0 {
		t.Fatalf("%d held, %d at the end: want %d, and none", held, a.held, ackFlows)
	}
}

// An acknowledgement that nothing follows is sent by itself. Nobody reminding of it is found.
func TestAcksAreSentInTime(t *testing.T) {
	for _, planted := range []bool{false, true} {
		n := newRig(t, 1, static(), 0).lives[0].node
		sent := make(chan uint32, 1)
		l := recorder(func(p packet.Packet) { sent <- p.Ack })
		n.loop.Lock()
		n.acks.reminds = planted
		n.acks.hold(l, bare(1, 1, packet.ACK|packet.SYN))
		n.acks.hold(l, bare(1, 5, packet.ACK))
		n.remind()
		n.loop.Unlock()
		patience := time.After(10 * time.Second)
		if planted {
			patience = time.After(4 * ackHold)
		}
		select {
		case <-sent:
			if planted {
				t.Error("nobody reminds of acknowledgements, and that is not found")
			}
		case <-patience:
			if !planted {
				t.Error("an acknowledgement that nothing follows is not sent")
			}
		}
	}
}
