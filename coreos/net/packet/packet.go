// Package packet reads the headers of IP packets, as far as a network of several cores must know
// them to choose one: who talks to whom, and for TCP, how far they are. Nothing in a packet is
// trusted; each length is checked against the bytes that there are.
package packet

import (
	"encoding/binary"
	"errors"
	"net/netip"
)

// Protocols, as IP numbers them.
const (
	ICMP4 = 1
	TCP   = 6
	UDP   = 17
	ICMP6 = 58
)

// TCP's flags.
const (
	FIN = 1 << iota
	SYN
	RST
	PSH
	ACK
)

// Sizes of headers.
const (
	ip4Bytes = 20
	ip6Bytes = 40
	tcpBytes = 20
	udpBytes = 8
)

// ErrMalformed is the refusal of bytes that are no sound packet.
var ErrMalformed = errors.New("packet: malformed")

// Addr is an address of IPv6, or one of IPv4 as IPv6 maps it.
type Addr [16]byte

// AddrOf returns the address.
func AddrOf(a netip.Addr) Addr { return a.As16() }

// Netip returns the address as the standard library has it.
func (a Addr) Netip() netip.Addr { return netip.AddrFrom16(a).Unmap() }

// put4 makes the address one of IPv4.
func (a *Addr) put4(b []byte) {
	*(*[12]byte)(a[:12]) = mapped
	*(*[4]byte)(a[12:]) = [4]byte(b)
}

// IsHost tells whether an address can be that of a machine (RFC 1122, section 3.2.1.3; RFC 4291,
// section 2.4).
func IsHost(a netip.Addr) bool {
	if a.Is4() {
		first := a.As4()[0]
		return first > 0 && first != 127 && first < 224
	}
	return a.Is6() && !a.Is4In6() && a.Zone() == "" && !a.IsUnspecified() && !a.IsLoopback() &&
		!a.IsMulticast()
}

// mapped is how an address of IPv6 begins that maps one of IPv4 (RFC 4291, section 2.5.5.2).
var mapped = [12]byte{10: 0xff, 11: 0xff}

// loopback is that of IPv6 (RFC 4291, section 2.5.3).
var loopback = Addr{15: 1}

// Is4 tells whether the address is one of IPv4.
func (a *Addr) Is4() bool { return [12]byte(a[:12]) == mapped }

// IsLoopback tells whether the address is that of a machine for itself.
func (a *Addr) IsLoopback() bool { return a.Is4() && a[12] == 127 || *a == loopback }

// IsMulticast tells whether the address is that of a group of machines.
func (a *Addr) IsMulticast() bool { return a.Is4() && a[12]>>4 == 14 || a[0] == 0xff }

// Key names a flow, as one of its two ends sees it.
type Key struct {
	Remote, Local         Addr
	RemotePort, LocalPort uint16
	Protocol              uint8
}

// Packet is what the headers of a packet tell.
type Packet struct {
	V6         bool
	Protocol   uint8 // behind IPv6's extension headers
	Src, Dst   Addr
	IPBytes    int // of IP's headers
	TotalBytes int // of the packet; what lies behind is not part of it
	Fragment   Fragment

	// Of TCP and UDP, unless this is a fragment other than the first.
	SrcPort, DstPort uint16
	TCPHeader
}

// TCPHeader is what the headers of a TCP packet tell.
type TCPHeader struct {
	Flags    uint8
	Seq, Ack uint32
	Data     int // bytes of payload
}

// Fragment tells which part of a packet this is.
type Fragment struct {
	ID     uint32
	Offset int  // bytes
	More   bool // it is not the last one
}

// Is tells whether there are others.
func (f Fragment) Is() bool { return f.More || f.Offset > 0 }

// From returns the key of the packet's flow, as its sender sees it.
func (p *Packet) From() Key {
	return Key{
		Local: p.Src, LocalPort: p.SrcPort, Remote: p.Dst, RemotePort: p.DstPort,
		Protocol: p.Protocol,
	}
}

// To returns the key of the packet's flow, as its receiver sees it.
func (p *Packet) To() Key {
	return Key{
		Local: p.Dst, LocalPort: p.DstPort, Remote: p.Src, RemotePort: p.SrcPort,
		Protocol: p.Protocol,
	}
}

// Place returns one of 256 places for a port. Those of many connections have places of their own,
// also if they are every other port, as Linux has it.
func Place(port uint16) uint8 { return uint8(port>>1 ^ port<<7) }

// HasPorts tells whether the packet is one of TCP or UDP whose ports are known.
func (p *Packet) HasPorts() bool {
	return (p.Protocol == TCP || p.Protocol == UDP) && p.Fragment.Offset == 0
}

// Next returns the sequence number behind the packet's data.
func (h *TCPHeader) Next() uint32 {
	next := h.Seq + uint32(h.Data)
	if h.Flags&SYN != 0 {
		next++
	}
	if h.Flags&FIN != 0 {
		next++
	}
	return next
}

// Parse reads a packet from its IP header on. Error: ErrMalformed.
func Parse(b []byte) (p Packet, err error) { return ParseHead(b, len(b)) }

// ParseHead reads a packet of which only the first bytes are at hand, but all headers. The packet,
// and what may lie behind it, has the given size. Error: ErrMalformed.
func ParseHead(head []byte, size int) (p Packet, err error) {
	if !p.parseIP(head) || p.TotalBytes > size ||
		!p.parseTransport(head[:min(len(head), p.TotalBytes)]) {
		return Packet{}, ErrMalformed
	}
	return p, nil
}

// parseIP reads IP's headers.
func (p *Packet) parseIP(b []byte) bool {
	if len(b) == 0 {
		return false
	}
	switch b[0] >> 4 {
	case 4:
		return p.parseIP4(b)
	case 6:
		return p.parseIP6(b)
	}
	return false
}

func (p *Packet) parseIP4(b []byte) bool {
	if len(b) < ip4Bytes {
		return false
	}
	p.IPBytes = int(b[0]&15) * 4
	p.TotalBytes = int(binary.BigEndian.Uint16(b[2:]))
	if p.IPBytes < ip4Bytes || p.IPBytes > len(b) || p.TotalBytes < p.IPBytes {
		return false
	}
	where := binary.BigEndian.Uint16(b[6:])
	p.Fragment = Fragment{
		ID: uint32(binary.BigEndian.Uint16(b[4:])), Offset: int(where&0x1fff) * 8,
		More: where&0x2000 != 0,
	}
	p.Protocol = b[9]
	p.Src.put4(b[12:])
	p.Dst.put4(b[16:])
	return true
}

// parseTransport reads the ports, and TCP's header. The packet has at least IP's headers.
func (p *Packet) parseTransport(b []byte) bool {
	t := b[p.IPBytes:]
	if !p.HasPorts() {
		return true
	}
	need := udpBytes
	if p.Protocol == TCP {
		need = tcpBytes
	}
	if len(t) < need {
		return false
	}
	p.parsePorts(t)
	return p.Protocol != TCP || p.parseTCP(t)
}

func (p *Packet) parsePorts(t []byte) {
	p.SrcPort, p.DstPort = binary.BigEndian.Uint16(t), binary.BigEndian.Uint16(t[2:])
}

func (p *Packet) parseTCP(t []byte) bool {
	header := int(t[12]>>4) * 4
	if header < tcpBytes || header > len(t) {
		return false
	}
	p.TCPHeader = TCPHeader{
		Flags: t[13], Seq: binary.BigEndian.Uint32(t[4:]), Ack: binary.BigEndian.Uint32(t[8:]),
		Data: p.TotalBytes - p.IPBytes - header,
	}
	return true
}
