package packet

// Types of ICMP messages that quote the packet which they are about (RFC 792, RFC 4443). In version
// 6 those are the types up to errors6Max.
const (
	unreachable4  = 3
	quench4       = 4
	redirect4     = 5
	timeExceeded4 = 11
	parameter4    = 12

	errors6Max = 127
)

// icmpBytes is the size of ICMP's header, behind which comes the quote.
const icmpBytes = 8

// Quoted returns the packet of TCP or UDP that an ICMP error is about, as far as IP's headers and
// the ports; false: p, whose bytes are b, is no such error.
func (p *Packet) Quoted(b []byte) (quoted Packet, ok bool) {
	b = b[p.IPBytes:p.TotalBytes]
	if p.Fragment.Is() || len(b) < icmpBytes {
		return quoted, false
	}
	switch {
	case p.Protocol == ICMP4 && !p.V6:
		switch b[0] {
		case unreachable4, quench4, redirect4, timeExceeded4, parameter4:
		default:
			return quoted, false
		}
	case p.Protocol == ICMP6 && p.V6 && b[0] <= errors6Max:
	default:
		return quoted, false
	}
	b = b[icmpBytes:]
	if !quoted.parseIP(b) || !quoted.HasPorts() || len(b)-quoted.IPBytes < 4 {
		return quoted, false
	}
	quoted.parsePorts(b[quoted.IPBytes:])
	return quoted, true
}
