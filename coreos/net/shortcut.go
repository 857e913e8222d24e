package net

import (
	"encoding/binary"

	"gvisor.dev/gvisor/pkg/tcpip"
	"gvisor.dev/gvisor/pkg/tcpip/header"
	"gvisor.dev/gvisor/pkg/tcpip/network/ipv4"
	"gvisor.dev/gvisor/pkg/tcpip/stack"

	"skerry/coreos/net/packet"
)

// shortcut is the IPv4 of a stack at its link to other machines, with a shorter way for most
// packets: those of TCP that are whole and have no options of IP. The longer way, past filters and
// tables of addresses, takes a third of all that a stack does for a request.
//
// What that checks of a packet that comes, the core with the card has checked: who sent it to whom
// (nearby), and its sums (driver.receiveIP).
type shortcut struct {
	endpoint4
	link       *link
	dispatcher stack.TransportDispatcher
}

// endpoint4 is what a stack wants of an endpoint of IPv4.
type endpoint4 interface {
	stack.NetworkEndpoint
	stack.AddressableEndpoint
	stack.GroupAddressableEndpoint
}

// protocol4 is the IPv4 of a stack that has shortcuts.
type protocol4 struct {
	stack.NetworkProtocol
	out *link
}

// newProtocol4 returns what makes it for a stack with that link to other machines.
func newProtocol4(out *link) stack.NetworkProtocolFactory {
	return func(s *stack.Stack) stack.NetworkProtocol {
		return protocol4{ipv4.NewProtocol(s), out}
	}
}

// NewEndpoint implements stack.NetworkProtocol.
func (p protocol4) NewEndpoint(nic stack.NetworkInterface,
	d stack.TransportDispatcher) stack.NetworkEndpoint {
	e := p.NetworkProtocol.NewEndpoint(nic, d)
	if nic.ID() != outNIC {
		return e
	}
	return &shortcut{e.(endpoint4), p.out, d}
}

// versionAndSize4 is what an IPv4 header without options begins with, fragment4 the bits of flags
// and offset that a fragment has.
const (
	versionAndSize4 = 4<<4 | header.IPv4MinimumSize/4
	fragment4       = 0x3fff
)

// HandlePacket implements stack.NetworkEndpoint.
func (s *shortcut) HandlePacket(pkt *stack.PacketBuffer) {
	b := partsOf(pkt).here
	bytes := plainHeader(b)
	if bytes == 0 || len(b) != pkt.Size() {
		s.endpoint4.HandlePacket(pkt)
		return
	}
	pkt.NetworkHeader().Consume(header.IPv4MinimumSize)
	pkt.NetworkProtocolNumber = header.IPv4ProtocolNumber
	pkt.TransportHeader().Consume(bytes)
	pkt.TransportProtocolNumber = header.TCPProtocolNumber
	pkt.RXChecksumValidated = true
	pkt.NICID, pkt.InputNICID = outNIC, outNIC
	s.dispatcher.DeliverTransportPacket(header.TCPProtocolNumber, pkt)
}

// plainHeader returns the size of TCP's header, in a packet of TCP that is whole and has no options
// of IP; 0: it is none.
func plainHeader(b []byte) int {
	const both = header.IPv4MinimumSize + header.TCPMinimumSize
	if len(b) < both || b[0] != versionAndSize4 || b[9] != packet.TCP ||
		int(binary.BigEndian.Uint16(b[2:])) != len(b) ||
		binary.BigEndian.Uint16(b[6:])&fragment4 != 0 {
		return 0
	}
	size := int(b[header.IPv4MinimumSize+header.TCPDataOffset]>>4) * 4
	if size < header.TCPMinimumSize || header.IPv4MinimumSize+size > len(b) {
		return 0
	}
	return size
}

// WritePacket implements stack.NetworkEndpoint. Packets of TCP that are not to be cut, if they are
// long, are for the longer way, too: it makes fragments of them.
func (s *shortcut) WritePacket(r *stack.Route, params stack.NetworkHeaderParams,
	pkt *stack.PacketBuffer) tcpip.Error {
	size := header.IPv4MinimumSize + pkt.Size()
	if pkt.GSOOptions.Type == stack.GSONone || !params.DF || params.ExperimentOptionValue != 0 ||
		r.Loop() != stack.PacketOut || size > packetBytesMax {
		return s.endpoint4.WritePacket(r, params, pkt)
	}
	pkt.NetworkProtocolNumber = header.IPv4ProtocolNumber
	b := pkt.NetworkHeader().Push(header.IPv4MinimumSize)
	local, remote := r.LocalAddress().As4(), r.RemoteAddress().As4()
	b[0], b[1] = versionAndSize4, params.TOS
	binary.BigEndian.PutUint16(b[2:], uint16(size))
	binary.BigEndian.PutUint32(b[4:], header.IPv4FlagDontFragment<<13)
	b[8], b[9] = params.TTL, packet.TCP
	copy(b[12:], local[:])
	copy(b[16:], remote[:])
	binary.BigEndian.PutUint16(b[10:], 0)
	binary.BigEndian.PutUint16(b[10:], ^packet.Sum(b, 0))
	return s.link.WritePacket(pkt)
}
