package net

import (
	"bytes"
	"net/netip"
	"testing"

	"gvisor.dev/gvisor/pkg/buffer"
	"gvisor.dev/gvisor/pkg/tcpip/header"
	"gvisor.dev/gvisor/pkg/tcpip/stack"

	"skerry/coreos/net/card"
	"skerry/coreos/net/packet"
)

// What goes by the shorter way leaves as it does by the longer one, byte for byte.
func TestShortcutSendsTheSame(t *testing.T) {
	n, s, r := shortcutOf(t)
	var sent [][]byte
	n.loop.Lock()
	n.stack.out.send = func(pkt *stack.PacketBuffer) {
		sent = append(sent, pkt.ToView().AsSlice())
	}
	n.loop.Unlock()
	for port, size := range []int{0, 1, 999, 1460, 20000, 65000} {
		for _, by := range []stack.NetworkEndpoint{s, s.endpoint4} {
			pkt := stack.NewPacketBuffer(stack.PacketBufferOptions{
				ReserveHeaderBytes: int(s.MaxHeaderLength()) + header.TCPMinimumSize,
				Payload:            buffer.MakeWithData(make([]byte, size)),
			})
			pkt.GSOOptions = stack.GSO{Type: stack.GSOTCPv4, MSS: 1460}
			tcp := header.TCP(pkt.TransportHeader().Push(header.TCPMinimumSize))
			tcp.Encode(&header.TCPFields{
				DstPort: uint16(1 + port), Flags: header.TCPFlagPsh,
				DataOffset: header.TCPMinimumSize,
			})
			pkt.TransportProtocolNumber = header.TCPProtocolNumber
			err := by.WritePacket(r, stack.NetworkHeaderParams{
				Protocol: header.TCPProtocolNumber, TTL: 63, TOS: 8, DF: true,
			}, pkt)
			if err != nil {
				t.Fatalf("%d bytes: %v", size, err)
			}
			pkt.DecRef()
		}
		if last := len(sent) - 1; !bytes.Equal(sent[last], sent[last-1]) {
			t.Errorf("%d bytes: %x: want %x", size, sent[last-1][:40], sent[last][:40])
		}
	}
}

// shortcutOf returns the shortcut of a core's stack, and a route by it.
func shortcutOf(t *testing.T) (*node, *shortcut, *stack.Route) {
	t.Helper()
	life := newRig(t, 1, static(), 0).lives[0]
	await(t, "the machine's address", func() bool { return ready(life) })
	n, to := life.node, addressOf(netip.MustParseAddr(outsideIP))
	e, err := n.stack.GetNetworkEndpoint(outNIC, header.IPv4ProtocolNumber)
	if err != nil {
		t.Fatal(err)
	}
	from := addressOf(netip.MustParseAddr(machineIP))
	r, err := n.stack.FindRoute(outNIC, from, to, header.IPv4ProtocolNumber, false)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.Release)
	return n, e.(*shortcut), r
}

// What may come by the shorter way, gVisor takes for a packet of TCP that is whole and sound.
func FuzzPlainHeader(f *testing.F) {
	s := packet.Segment{Key: keyTo(80), Flags: packet.ACK}
	whole := append(s.Append(nil), "data"...)
	whole[3] += 4
	f.Add(whole)
	for at, b := range map[int]byte{
		0: 0x46, 3: 39, 6: 0x20, 7: 1, 9: packet.UDP, 32: 4 << 4,
	} {
		changed := bytes.Clone(whole)
		changed[at] = b
		if plainHeader(changed) != 0 {
			f.Errorf("a packet with %#x at %d goes the shorter way: want the longer one", b, at)
		}
		f.Add(changed)
	}
	if plainHeader(whole) != header.TCPMinimumSize {
		f.Error("a plain packet of TCP goes the longer way: want the shorter one")
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		size := plainHeader(b)
		if size == 0 {
			return
		}
		ip, tcp := header.IPv4(b), header.TCP(b[header.IPv4MinimumSize:])
		if !ip.IsValid(len(b)) || ip.More() || ip.FragmentOffset() > 0 ||
			ip.HeaderLength() != header.IPv4MinimumSize || int(ip.TotalLength()) != len(b) ||
			ip.TransportProtocol() != header.TCPProtocolNumber ||
			int(tcp.DataOffset()) != size || size < header.TCPMinimumSize || size > len(tcp) {
			t.Fatalf("%x goes the shorter way", b)
		}
	})
}

// keyTo is that of a flow to a port of the machine, as the world outside sees it.
func keyTo(port uint16) packet.Key {
	return packet.Key{
		Local: packet.AddrOf(netip.MustParseAddr(outsideIP)), LocalPort: 40000,
		Remote: packet.AddrOf(netip.MustParseAddr(machineIP)), RemotePort: port,
		Protocol: packet.TCP,
	}
}

// A packet of TCP with a wrong sum ends at the core with the card, since no stack looks at the sums
// of those that go the shorter way. Not looking is found: who has the card make the sum is trusted.
func TestWrongSumsAreDropped(t *testing.T) {
	n, _, _ := shortcutOf(t)
	s := packet.Segment{Key: keyTo(81), Flags: packet.ACK}
	frame := s.Append(append(make([]byte, etherBytes-2), typeIP4>>8, typeIP4&0xff))
	n.loop.Lock()
	defer n.loop.Unlock()
	n.driver.receive(card.Frame{Bytes: frame})
	if n.counts.Nobody != 1 || n.counts.Malformed != 0 {
		t.Fatalf("counts %+v: want a packet for nobody", n.counts)
	}
	const life, tcp = 8, 20 // places in IP's header, and behind it
	for _, at := range []int{life, tcp, tcp + 4, tcp + 11, tcp + 14, tcp + 16, tcp + 19} {
		for _, planted := range []bool{false, true} {
			b, before := bytes.Clone(frame), n.counts.Malformed
			b[etherBytes+at] ^= 4
			n.driver.receive(card.Frame{Bytes: b, NeedsChecksum: planted})
			if dropped := n.counts.Malformed > before; dropped == planted {
				t.Errorf("byte %d changed, planted %v, dropped %v: want it dropped, if not planted",
					at, planted, dropped)
			}
		}
	}
}
