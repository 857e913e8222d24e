package dhcp

import (
	"net/netip"
	"reflect"
	"testing"
	"time"

	"skerry/kernel"
)

var mac = [6]byte{2, 0, 0, 0, 0, 1}

// server answers a client, as far as it is told to.
type server struct {
	address netip.Addr
	deaf    int  // messages that are lost before it hears one
	refuses bool // a REQUEST
	heard   []Message
}

func (s *server) take(t *testing.T, b []byte) (answer []byte) {
	t.Helper()
	m, err := Parse(b)
	if err != nil || !m.Request || m.MAC != mac {
		t.Fatalf("message %+v, %v: want a sound one of the client", m, err)
	}
	if s.deaf > 0 {
		s.deaf--
		return nil
	}
	s.heard = append(s.heard, m)
	back := Message{
		ID: m.ID, MAC: m.MAC, Yours: s.address, Mask: 24, Lease: time.Hour,
		Router: netip.MustParseAddr("10.0.2.2"), Server: netip.MustParseAddr("10.0.2.2"),
		Names: names(),
	}
	switch {
	case m.Kind == discover:
		back.Kind = offer
	case s.refuses:
		back.Kind = nak
	default:
		back.Kind = ack
	}
	return back.Append(nil)
}

// names returns two servers of names.
func names() [NamesMax]netip.Addr {
	return [NamesMax]netip.Addr{netip.MustParseAddr("10.0.2.3"), netip.MustParseAddr("10.0.9.9")}
}

// run lets a client and a server talk for a while, and returns when the client first had a lease.
func run(t *testing.T, c *Client, s *server, from, to time.Duration) (granted time.Duration) {
	t.Helper()
	granted = -1
	for now := from; now < to; now += 100 * time.Millisecond {
		if message, ok := c.Tick(kernel.Instant(now)); ok {
			if answer := s.take(t, message); answer != nil {
				c.Take(kernel.Instant(now), answer)
			}
		}
		if _, ok := c.Lease(); ok && granted < 0 {
			granted = now
		}
	}
	return granted
}

// A client gets a lease, though messages are lost, and keeps it for as long as the server agrees.
func TestLease(t *testing.T) {
	s := &server{address: netip.MustParseAddr("10.0.2.15"), deaf: 3}
	c := New(mac, 1, netip.Addr{})
	if run(t, c, s, 0, time.Minute) < 0 {
		t.Fatalf("no lease in a minute; the server heard %+v", s.heard)
	}
	want := Lease{
		Address: netip.MustParsePrefix("10.0.2.15/24"), Gateway: netip.MustParseAddr("10.0.2.2"),
		Server: netip.MustParseAddr("10.0.2.2"), Names: names(),
	}
	got, _ := c.Lease()
	got.Until = 0
	if got != want {
		t.Fatalf("lease %+v: want %+v", got, want)
	}
	run(t, c, s, time.Minute, 3*time.Hour)
	if _, ok := c.Lease(); !ok {
		t.Fatal("the lease was not renewed")
	}
	last := s.heard[len(s.heard)-1]
	if last.Kind != request || last.Client != want.Address.Addr() {
		t.Fatalf("last message %+v: want a renewal", last)
	}
}

// A lease ends when the server refuses to renew it, or cannot be reached any more.
func TestLeaseEnds(t *testing.T) {
	for name, spoil := range map[string]func(*server){
		"refused": func(s *server) { s.refuses = true },
		"silent":  func(s *server) { s.deaf = 1 << 20 },
	} {
		s := &server{address: netip.MustParseAddr("10.0.2.15")}
		c := New(mac, 1, netip.Addr{})
		run(t, c, s, 0, time.Minute)
		spoil(s)
		run(t, c, s, time.Minute, 2*time.Hour)
		if _, ok := c.Lease(); ok {
			t.Errorf("%s: there is a lease still", name)
		}
		*s = server{address: s.address}
		if run(t, c, s, 2*time.Hour, 3*time.Hour) < 0 {
			t.Errorf("%s: no lease afterwards", name)
		}
	}
}

// A client that asks for what an earlier one had says so if the server refuses.
func TestWishIsRefused(t *testing.T) {
	s := &server{address: netip.MustParseAddr("10.0.2.15"), refuses: true}
	c := New(mac, 1, s.address)
	discover, _ := c.Tick(0)
	if c.Take(0, s.take(t, discover)) {
		t.Fatal("an offer is taken for an answer")
	}
	request, _ := c.Tick(0)
	if !c.Take(0, s.take(t, request)) {
		t.Fatal("the refusal is not told")
	}
}

// Answers to others, of another transaction, or with addresses that nobody can have, are nothing.
func TestTakeRefuses(t *testing.T) {
	for name, spoil := range map[string]func(*Message){
		"other client":  func(m *Message) { m.MAC[0]++ },
		"other message": func(m *Message) { m.ID++ },
		"request":       func(m *Message) { m.Request = true },
		"no address":    func(m *Message) { m.Yours = netip.Addr{} },
		"multicast":     func(m *Message) { m.Yours = netip.MustParseAddr("224.0.0.1") },
		"broadcast":     func(m *Message) { m.Yours = netip.MustParseAddr("255.255.255.255") },
		"loopback":      func(m *Message) { m.Yours = netip.MustParseAddr("127.0.0.1") },
		"all nearby":    func(m *Message) { m.Yours = netip.MustParseAddr("10.0.2.255") },
		"the network":   func(m *Message) { m.Yours = netip.MustParseAddr("10.0.2.0") },
		"no mask":       func(m *Message) { m.Mask = 0 },
		"no server":     func(m *Message) { m.Server = netip.Addr{} },
	} {
		s := &server{address: netip.MustParseAddr("10.0.2.15")}
		c := New(mac, 1, netip.Addr{})
		message, _ := c.Tick(0)
		answer, err := Parse(s.take(t, message))
		if err != nil {
			t.Fatal(err)
		}
		spoil(&answer)
		if c.Take(0, answer.Append(nil)); c.state != selecting {
			t.Errorf("%s: taken", name)
		}
	}
}

// Whatever the bytes are: what is read is written and read again as it was, and no client is upset.
func FuzzParse(f *testing.F) {
	c := New(mac, 1, netip.MustParseAddr("10.0.2.15"))
	message, _ := c.Tick(0)
	f.Add(message)
	f.Add((&server{address: netip.MustParseAddr("10.0.2.15")}).take(&testing.T{}, message))
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := Parse(b)
		if err != nil {
			return
		}
		again, err := Parse(m.Append(nil))
		if err != nil || !reflect.DeepEqual(again, m) {
			t.Fatalf("%+v, %v: want %+v", again, err, m)
		}
		client := New(mac, 1, netip.Addr{})
		client.Tick(0)
		client.id = m.ID
		client.Take(0, b)
		client.Take(0, b)
		if l, ok := client.Lease(); ok && !l.Address.IsValid() {
			t.Fatalf("lease %+v", l)
		}
	})
}
