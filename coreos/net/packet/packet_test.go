package packet

import (
	"bytes"
	"net/netip"
	"testing"

	"gvisor.dev/gvisor/pkg/tcpip"
	"gvisor.dev/gvisor/pkg/tcpip/checksum"
	"gvisor.dev/gvisor/pkg/tcpip/header"
)

var keys = map[string]Key{
	"IPv4": {
		Local: AddrOf(netip.MustParseAddr("10.0.2.15")), LocalPort: 80, Protocol: TCP,
		Remote: AddrOf(netip.MustParseAddr("10.0.2.2")), RemotePort: 40000,
	},
	"IPv6": {
		Local: AddrOf(netip.MustParseAddr("fd00::1")), LocalPort: 80, Protocol: TCP,
		Remote: AddrOf(netip.MustParseAddr("fd00::2")), RemotePort: 40000,
	},
}

// What is written is read again as it was, and its checksums are what gVisor makes of them.
func TestSegment(t *testing.T) {
	for name, key := range keys {
		s := Segment{Key: key, Flags: RST | ACK, Seq: 1 << 31, Ack: 77}
		b := s.Append(nil)
		p, err := Parse(b)
		if err != nil || p.From() != key || p.Flags != s.Flags || p.Seq != s.Seq || p.Ack != s.Ack {
			t.Fatalf("%s: %+v, %v: want %+v", name, p, err, s)
		}
		if !sound(p, b) || !p.V6 && !p.SumsHold(b) {
			t.Errorf("%s: gVisor, or this package itself, finds the checksum wrong", name)
		}
	}
}

// sound tells whether gVisor takes the checksums of a packet of TCP for right.
func sound(p Packet, b []byte) bool {
	src, dst := tcpip.AddrFromSlice(p.Src[:]), tcpip.AddrFromSlice(p.Dst[:])
	if !p.V6 {
		src, dst = tcpip.AddrFromSlice(p.Src[12:]), tcpip.AddrFromSlice(p.Dst[12:])
		if !header.IPv4(b).IsChecksumValid() {
			return false
		}
	}
	h := header.TCP(b[p.IPBytes:])
	data := h.Payload()
	return h.IsChecksumValid(src, dst, checksum.Checksum(data, 0), uint16(len(data)))
}

// A sum is the same as gVisor's, whatever the length.
func TestSum(t *testing.T) {
	b := make([]byte, 100)
	for i := range b {
		b[i] = byte(255 - i*i)
	}
	for size := range b {
		if got, want := Sum(b[:size], 0x1234), checksum.Checksum(b[:size], 0x1234); got != want {
			t.Fatalf("%d bytes: %#x: want %#x", size, got, want)
		}
	}
}

// A long packet of TCP comes out as short ones that are sound, and together say the same.
func TestCut(t *testing.T) {
	for name, key := range keys {
		for _, size := range []int{0, 1, 1000, 1001, 5000} {
			data := make([]byte, size)
			for i := range data {
				data[i] = byte(i * i >> 8)
			}
			b := append((&Segment{Key: key, Flags: ACK | PSH | FIN, Seq: 5}).Append(nil), data...)
			long, _ := Parse(b[:len(b)-size])
			long.TotalBytes, long.Data = len(b), size
			var back []byte
			pieces := 0
			long.Cut(b, 1000, make([]byte, 14, 2000), func(frame []byte) {
				p, err := Parse(frame[14:])
				last := len(back)+p.Data == size
				if err != nil || p.From() != key || p.Seq != 5+uint32(len(back)) ||
					p.Data > 1000 || last != (p.Flags&FIN != 0) || !sound(p, frame[14:]) {
					t.Fatalf("%s, %d bytes: segment %+v, %v", name, size, p, err)
				}
				back = append(back, frame[len(frame)-p.Data:]...)
				pieces++
			})
			if !bytes.Equal(back, data) || pieces != max(1, (size+999)/1000) {
				t.Fatalf("%s: %d bytes in %d pieces: want %d", name, len(back), pieces, size)
			}
		}
	}
}

// An ICMP error leads to the flow of the packet that it quotes; other messages lead nowhere.
func TestQuoted(t *testing.T) {
	for name, key := range keys {
		sent := (&Segment{Key: key, Flags: SYN}).Append(nil)
		kind, kindOK := byte(unreachable4), byte(8)
		back := Packet{Protocol: ICMP4, Src: key.Remote, Dst: key.Local, IPBytes: ip4Bytes}
		if !key.Local.Is4() {
			kind, kindOK = 1, 128
			back.V6, back.Protocol, back.IPBytes = true, ICMP6, ip6Bytes
		}
		quote := sent[:len(sent)-12] // RFC 792 asks for 8 bytes of the transport's header
		back.TotalBytes = back.IPBytes + icmpBytes + len(quote)
		b := make([]byte, back.IPBytes, back.TotalBytes)
		back.putIP(b)
		b = append(append(b, kind, 0, 0, 0, 0, 0, 0, 0), quote...)
		p, err := Parse(b)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if q, ok := p.Quoted(b); !ok || q.From() != key {
			t.Errorf("%s: quoted %+v, %v: want %+v", name, q.From(), ok, key)
		}
		b[back.IPBytes] = kindOK
		if _, ok := p.Quoted(b); ok {
			t.Errorf("%s: a message that is no error quotes something", name)
		}
	}
}

// Whatever the bytes are: what is read lies within them, and is the same whatever lies behind.
func FuzzParse(f *testing.F) {
	for _, key := range keys {
		f.Add((&Segment{Key: key, Flags: SYN}).Append(nil))
		key.Protocol = UDP
		f.Add(Datagram(nil, key, []byte("payload")))
	}
	f.Add(append([]byte{6 << 4, 0, 0, 0, 0, 24, fragment, 64}, make([]byte, 56)...))
	f.Fuzz(func(t *testing.T, b []byte) {
		p, err := Parse(b)
		if err != nil {
			return
		}
		if p.IPBytes > p.TotalBytes || p.TotalBytes > len(b) || p.Data < 0 ||
			p.Data > p.TotalBytes {
			t.Fatalf("%+v of %d bytes", p, len(b))
		}
		q, _ := p.Quoted(b)
		again := bytes.Clone(b[:p.TotalBytes])
		if p2, err := Parse(again); err != nil || p2 != p {
			t.Fatalf("%+v, %v: want %+v", p2, err, p)
		}
		if q2, _ := p.Quoted(again); q2 != q {
			t.Fatalf("quoted %+v: want %+v", q2, q)
		}
		if p.HasPorts() {
			p.PutChecksum(again)
		}
	})
}

// As many ports as there are places have one each, if they follow on each other or are every other
// one.
func TestPlace(t *testing.T) {
	for step := 1; step <= 2; step++ {
		taken := [256]bool{}
		for i := range len(taken) {
			taken[Place(uint16(40000+i*step))] = true
		}
		for place, is := range taken {
			if !is {
				t.Fatalf("step %d: no port is at place %d", step, place)
			}
		}
	}
}
