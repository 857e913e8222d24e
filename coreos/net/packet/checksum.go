package packet

import (
	"encoding/binary"
	"math/bits"
)

// Sum returns the ones' complement sum of bytes, taken as big-endian 16-bit words, added to another
// sum. It adds in the processor's byte order, and turns the result around (RFC 1071, section 2).
func Sum(b []byte, initial uint16) uint16 {
	sum, carry := uint64(bits.ReverseBytes16(initial)), uint64(0)
	for ; len(b) >= 32; b = b[32:] {
		sum, carry = bits.Add64(sum, binary.LittleEndian.Uint64(b), 0)
		sum, carry = bits.Add64(sum, binary.LittleEndian.Uint64(b[8:]), carry)
		sum, carry = bits.Add64(sum, binary.LittleEndian.Uint64(b[16:]), carry)
		sum, carry = bits.Add64(sum, binary.LittleEndian.Uint64(b[24:]), carry)
		sum += carry
	}
	for ; len(b) >= 8; b = b[8:] {
		sum, carry = bits.Add64(sum, binary.LittleEndian.Uint64(b), 0)
		sum += carry
	}
	sum, carry = bits.Add64(sum, rest(b), 0)
	sum += carry
	return bits.ReverseBytes16(fold(sum))
}

// rest returns fewer than 8 bytes as if zeros followed.
func rest(b []byte) (r uint64) {
	shift := 0
	if len(b) >= 4 {
		r, shift, b = uint64(binary.LittleEndian.Uint32(b)), 32, b[4:]
	}
	if len(b) >= 2 {
		r |= uint64(binary.LittleEndian.Uint16(b)) << shift
		shift, b = shift+16, b[2:]
	}
	if len(b) > 0 {
		r |= uint64(b[0]) << shift
	}
	return r
}

// fold returns the ones' complement sum of the four words of 16 bits in sum.
func fold(sum uint64) uint16 {
	sum = sum>>32 + sum&0xffffffff
	sum = sum>>32 + sum&0xffffffff
	sum = sum>>16 + sum&0xffff
	return uint16(sum>>16 + sum&0xffff)
}

// SumPlace returns where the checksum of a packet of TCP or UDP is, counted from the transport's
// header on.
func (p *Packet) SumPlace() int {
	if p.Protocol == TCP {
		return 16
	}
	return 6
}

// pseudoSum returns the sum of the pseudo header (RFC 9293, section 3.1; RFC 8200, section 8.1).
func (p *Packet) pseudoSum() uint16 {
	sum := uint64(p.TotalBytes-p.IPBytes)&0xffff + uint64(p.Protocol)
	if p.V6 {
		return Sum(p.Dst[:], Sum(p.Src[:], fold(sum)))
	}
	return fold(sum + uint64(binary.BigEndian.Uint32(p.Src[12:])) +
		uint64(binary.BigEndian.Uint32(p.Dst[12:])))
}

// PutPseudoSum writes the sum of the pseudo header where the checksum of p, a packet of TCP or UDP
// with bytes b, belongs: a card does the rest.
func (p *Packet) PutPseudoSum(b []byte) {
	binary.BigEndian.PutUint16(b[p.IPBytes+p.SumPlace():], p.pseudoSum())
}

// PutChecksum writes the checksum of p, a packet of TCP or UDP with bytes b.
func (p *Packet) PutChecksum(b []byte) {
	t := b[p.IPBytes:p.TotalBytes]
	place := t[p.SumPlace():]
	binary.BigEndian.PutUint16(place, 0)
	sum := ^Sum(t, p.pseudoSum())
	if sum == 0 && p.Protocol == UDP {
		sum = 0xffff // zero means: none was made
	}
	binary.BigEndian.PutUint16(place, sum)
}

// SumsHold tells whether the checksums of p, a packet of TCP over IPv4 with bytes b, are right.
func (p *Packet) SumsHold(b []byte) bool {
	return Sum(b[:p.IPBytes], 0) == 0xffff &&
		Sum(b[p.IPBytes:p.TotalBytes], p.pseudoSum()) == 0xffff
}
