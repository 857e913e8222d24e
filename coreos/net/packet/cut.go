package packet

import "encoding/binary"

// cwr is TCP's flag that a congestion window was reduced, which is told once (RFC 3168).
const cwr = 1 << 7

// Cut makes segments of p, a packet of TCP with bytes b whose checksum need not be right: each has
// at most so many bytes of data, and goes to send, whose argument is valid during the call. The
// segments are made behind what is in space.
func (p *Packet) Cut(b []byte, dataBytes int, space []byte, send func(segment []byte)) {
	headers := b[:p.TotalBytes-p.Data]
	for from, index := 0, uint16(0); from < p.Data || index == 0; index++ {
		to := min(from+dataBytes, p.Data)
		segment := append(space, headers...)
		segment = append(segment, b[len(headers)+from:len(headers)+to]...)
		p.adapt(segment[len(space):], from, index, to == p.Data)
		send(segment)
		from = to
	}
}

// adapt makes the headers of p those of a segment of it.
func (p *Packet) adapt(segment []byte, from int, index uint16, last bool) {
	t := segment[p.IPBytes:]
	binary.BigEndian.PutUint32(t[4:], p.Seq+uint32(from))
	if from > 0 {
		t[13] &^= cwr
	}
	if !last {
		t[13] &^= FIN | PSH
	}
	one := *p
	one.TotalBytes = len(segment)
	if p.V6 {
		binary.BigEndian.PutUint16(segment[4:], uint16(one.TotalBytes-ip6Bytes))
	} else {
		binary.BigEndian.PutUint16(segment[2:], uint16(one.TotalBytes))
		id := binary.BigEndian.Uint16(segment[4:])
		binary.BigEndian.PutUint16(segment[4:], id+index)
		binary.BigEndian.PutUint16(segment[10:], 0)
		binary.BigEndian.PutUint16(segment[10:], ^Sum(segment[:p.IPBytes], 0))
	}
	one.PutChecksum(segment)
}
