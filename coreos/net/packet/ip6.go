package packet

import "encoding/binary"

// Extension headers of IPv6 (RFC 8200, section 4).
const (
	hopByHop    = 0
	routing     = 43
	fragment    = 44
	destination = 60
)

// extensionsMax bounds the extension headers of a packet. Sound ones have each kind once, or the
// last one twice.
const extensionsMax = 8

func (p *Packet) parseIP6(b []byte) bool {
	if len(b) < ip6Bytes {
		return false
	}
	p.V6 = true
	p.TotalBytes = ip6Bytes + int(binary.BigEndian.Uint16(b[4:]))
	p.Src, p.Dst = Addr(b[8:24]), Addr(b[24:40])
	if p.Src.Is4() || p.Dst.Is4() {
		return false // it would be taken for a packet of IPv4
	}
	p.Protocol, p.IPBytes = b[6], ip6Bytes
	for range extensionsMax {
		size := p.parseExtension(b[p.IPBytes:])
		switch {
		case size < 0:
			return false
		case size == 0:
			return p.IPBytes <= p.TotalBytes
		}
		p.IPBytes += size
	}
	return false
}

// parseExtension reads one extension header and returns its size; 0 if there is none, -1 if there
// are too few bytes.
func (p *Packet) parseExtension(b []byte) int {
	if p.Fragment.Offset > 0 {
		return 0 // what follows is the middle of something
	}
	size := 8
	switch p.Protocol {
	case hopByHop, routing, destination, fragment:
		if len(b) < size {
			return -1
		}
	default:
		return 0
	}
	if p.Protocol == fragment {
		where := binary.BigEndian.Uint16(b[2:])
		p.Fragment = Fragment{
			ID: binary.BigEndian.Uint32(b[4:]), Offset: int(where &^ 7), More: where&1 != 0,
		}
	} else if size += 8 * int(b[1]); size > len(b) {
		return -1
	}
	p.Protocol = b[0]
	return size
}
