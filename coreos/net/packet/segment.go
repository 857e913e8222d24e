package packet

import "encoding/binary"

// hops is how far a segment goes.
const hops = 64

// Segment is a packet of TCP without data, as the local end of a flow sends it.
type Segment struct {
	Key
	Flags    uint8
	Seq, Ack uint32
}

// Append appends the packet, from IP's header on.
func (s *Segment) Append(b []byte) []byte {
	start := len(b)
	p := Packet{
		V6: !s.Local.Is4(), Protocol: TCP, Src: s.Local, Dst: s.Remote, IPBytes: ip4Bytes,
	}
	if p.V6 {
		p.IPBytes = ip6Bytes
	}
	p.TotalBytes = p.IPBytes + tcpBytes
	b = append(b, make([]byte, p.TotalBytes)...)
	own := b[start:]
	p.putIP(own)
	t := own[p.IPBytes:]
	binary.BigEndian.PutUint16(t, s.LocalPort)
	binary.BigEndian.PutUint16(t[2:], s.RemotePort)
	binary.BigEndian.PutUint32(t[4:], s.Seq)
	binary.BigEndian.PutUint32(t[8:], s.Ack)
	t[12] = tcpBytes / 4 << 4
	t[13] = s.Flags
	p.PutChecksum(own)
	return b
}

// putIP writes IP's header.
func (p *Packet) putIP(b []byte) {
	if p.V6 {
		b[0] = 6 << 4
		binary.BigEndian.PutUint16(b[4:], uint16(p.TotalBytes-ip6Bytes))
		b[6], b[7] = p.Protocol, hops
		copy(b[8:], p.Src[:])
		copy(b[24:], p.Dst[:])
		return
	}
	b[0] = 4<<4 | ip4Bytes/4
	binary.BigEndian.PutUint16(b[2:], uint16(p.TotalBytes))
	b[6] = 0x40 // not to be cut into fragments
	b[8], b[9] = hops, p.Protocol
	copy(b[12:], p.Src[12:])
	copy(b[16:], p.Dst[12:])
	binary.BigEndian.PutUint16(b[10:], ^Sum(b[:ip4Bytes], 0))
}

// Datagram appends a packet of UDP, from IP's header on.
func Datagram(b []byte, from Key, payload []byte) []byte {
	start := len(b)
	p := Packet{
		V6: !from.Local.Is4(), Protocol: UDP, Src: from.Local, Dst: from.Remote, IPBytes: ip4Bytes,
	}
	if p.V6 {
		p.IPBytes = ip6Bytes
	}
	p.TotalBytes = p.IPBytes + udpBytes + len(payload)
	b = append(b, make([]byte, p.IPBytes+udpBytes)...)
	b = append(b, payload...)
	own := b[start:]
	p.putIP(own)
	t := own[p.IPBytes:]
	binary.BigEndian.PutUint16(t, from.LocalPort)
	binary.BigEndian.PutUint16(t[2:], from.RemotePort)
	binary.BigEndian.PutUint16(t[4:], uint16(udpBytes+len(payload)))
	p.PutChecksum(own)
	return b
}
