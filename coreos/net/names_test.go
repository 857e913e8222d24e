package net

import (
	"encoding/binary"
	"errors"
	"io"
	"net"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"gvisor.dev/gvisor/pkg/tcpip"
	"gvisor.dev/gvisor/pkg/tcpip/adapters/gonet"
	"gvisor.dev/gvisor/pkg/tcpip/header"
)

// Kinds of questions, and flags (RFC 1035, sections 3.2.2 and 4.1.1; RFC 3596).
const (
	kindA    = 1
	kindAAAA = 28

	isAnswer     = 0x8080 // of a server that asks others
	isTruncated  = 0x0200
	noSuchName   = 3
	questionFrom = 12 // bytes of the header
)

// zone is the names that the outside world knows. The first address of some does not answer.
func zone() map[string][]string {
	return map[string][]string{
		"\x07service\x07example\x00": {outsideIP, outsideIP6},
		"\x03six\x07example\x00":     {outsideIP6},
		"\x05other\x07example\x00":   {machineIP, outsideIP},
		"\x04long\x07example\x00":    slices.Repeat([]string{outsideIP}, 100),
	}
}

// answer answers a question. Over UDP there is room for few addresses.
func answer(question []byte, stream bool) []byte {
	name, rest, _ := strings.Cut(string(question[questionFrom:]), "\x00")
	kind := binary.BigEndian.Uint16([]byte(rest))
	b := slices.Clone(question[:questionFrom+len(name)+1+4])
	flags, count := uint16(isAnswer), uint16(0)
	addresses, has := zone()[name+"\x00"]
	if !has {
		flags |= noSuchName
	}
	if len(addresses) > 10 && !stream {
		flags, addresses = flags|isTruncated, nil
	}
	for _, text := range addresses {
		ip := netip.MustParseAddr(text)
		if ip.Is4() != (kind == kindA) {
			continue
		}
		count++
		b = append(b, 0xc0, questionFrom) // the name is that of the question
		b = binary.BigEndian.AppendUint16(b, kind)
		b = append(b, 0, 1, 0, 0, 0, 60, 0, byte(len(ip.AsSlice()))) // for a minute
		b = append(b, ip.AsSlice()...)
	}
	binary.BigEndian.PutUint16(b[2:], flags)
	binary.BigEndian.PutUint16(b[6:], count)
	clear(b[8:questionFrom])
	return b
}

// serveNames makes the outside world a server of names.
func (w *wire) serveNames() {
	at := tcpip.FullAddress{Port: namesPort}
	packets, err := gonet.DialUDP(w.Stack, &at, nil, header.IPv4ProtocolNumber)
	if err != nil {
		w.t.Fatal(err)
	}
	streams, err := gonet.ListenTCP(w.Stack, at, header.IPv4ProtocolNumber)
	if err != nil {
		w.t.Fatal(err)
	}
	go func() {
		b := make([]byte, 2048)
		for {
			n, from, err := packets.ReadFrom(b)
			if err != nil {
				return
			}
			packets.WriteTo(answer(b[:n], false), from)
		}
	}()
	go func() {
		for c, err := streams.Accept(); err == nil; c, err = streams.Accept() {
			var size [2]byte
			io.ReadFull(c, size[:])
			b := make([]byte, binary.BigEndian.Uint16(size[:]))
			io.ReadFull(c, b)
			b = answer(b, true)
			c.Write(append(binary.BigEndian.AppendUint16(nil, uint16(len(b))), b...))
			c.Close()
		}
	}()
}

// Hosts are found by their names, also if the first of their addresses refuses, or the answer is
// long; what nobody knows is not found.
func TestNames(t *testing.T) {
	set := static()
	set.Names = []netip.Addr{netip.MustParseAddr(outsideIP)}
	r := newRig(t, 2, set, 0)
	r.wire.serveNames()
	r.wire.echo(t)
	for _, c := range []struct{ network, host, want string }{
		{"tcp", "service.example", ""}, {"tcp4", "service.example.", outsideIP},
		{"tcp6", "service.example", outsideIP6}, {"tcp", "six.example", outsideIP6},
		{"tcp", "other.example", outsideIP}, {"tcp", "long.example", outsideIP},
	} {
		conn, err := r.lives[1].net.Dial(c.network, net.JoinHostPort(c.host, "8080"))
		if err != nil {
			t.Errorf("%s %s: %v", c.network, c.host, err)
			continue
		}
		host, _, _ := net.SplitHostPort(conn.RemoteAddr().String())
		if c.want != "" && host != c.want {
			t.Errorf("%s %s: connected with %s: want %s", c.network, c.host, host, c.want)
		}
		r.name(conn)
		conn.Close()
	}
	for _, host := range []string{"nobody.example", "six.example", "a b"} {
		_, err := r.lives[1].net.Dial("tcp4", host+":8080")
		var dns *net.DNSError
		if !errors.As(err, &dns) || !dns.IsNotFound || !strings.Contains(err.Error(), host) {
			t.Errorf("%s: %v: want that there is no such host", host, err)
		}
	}
}

// echo makes the outside world listen, with all its addresses.
func (w *wire) echo(t *testing.T) {
	at := tcpip.FullAddress{Port: 8080}
	l, err := gonet.ListenTCP(w.Stack, at, header.IPv6ProtocolNumber)
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		for c, err := l.Accept(); err == nil; c, err = l.Accept() {
			go echo(c, 'x')
		}
	}()
}

// Who dials waits for the address that it takes: one of IPv6, which may come first, is none for
// IPv4.
func TestDialAwaitsAddress(t *testing.T) {
	set := static()
	set.Addresses = set.Addresses[1:]
	r := newRig(t, 2, set, 0)
	r.wire.echo(t)
	await(t, "the machine's address", func() bool { return ready(r.lives[1]) })
	dialed := make(chan error)
	go func() {
		_, err := r.lives[1].net.Dial("tcp", net.JoinHostPort(outsideIP, "8080"))
		dialed <- err
	}()
	select {
	case err := <-dialed:
		t.Fatalf("dialed without an address of IPv4: %v", err)
	case <-time.After(50 * time.Millisecond):
	}
	r.lives[0].node.configure(static())
	if err := <-dialed; err != nil {
		t.Error(err)
	}
}

// Without a server of names, a name is refused with what to do about it; numbers need none.
func TestNoNames(t *testing.T) {
	r := newRig(t, 2, static(), 0)
	r.wire.echo(t)
	_, err := r.lives[1].net.Dial("tcp", "service.example:8080")
	if !errors.Is(err, ErrNoNames) || !strings.Contains(err.Error(), "service.example:8080") {
		t.Errorf("%v: want %v", err, ErrNoNames)
	}
	if _, err := r.lives[1].net.Dial("tcp", net.JoinHostPort(outsideIP, "8080")); err != nil {
		t.Error(err)
	}
}

// The machine's description may name the servers; what is no server's address is refused.
func TestNameServerArgument(t *testing.T) {
	set, err := parseArgs(strings.Fields("-nameserver 10.0.2.3 --nameserver fd00::3"))
	if err != nil || len(set.Names) != 2 || set.Names[1].String() != "fd00::3" {
		t.Errorf("%+v, error %v: want two servers", set, err)
	}
	for _, bad := range []string{
		"-nameserver x", "-nameserver 127.0.0.1", "-nameserver 0.0.0.0", "-nameserver",
		"-nameserver 1.1.1.1 -nameserver 8.8.8.8 -nameserver 9.9.9.9",
	} {
		if _, err := parseArgs(strings.Fields(bad)); err == nil {
			t.Errorf("%s: want a refusal", bad)
		}
	}
}
