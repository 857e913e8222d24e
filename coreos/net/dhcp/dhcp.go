// Package dhcp asks for an address: the client's half of DHCP (RFC 2131), without a clock or a
// socket of its own.
//
//	state       sends      until
//	selecting   DISCOVER   an OFFER comes: requesting
//	requesting  REQUEST    an ACK: bound; a NAK, or no answer: selecting
//	bound       -          half of the lease is over: renewing
//	renewing    REQUEST    an ACK: bound; a NAK, or the lease ends: selecting, without an address
//
// All messages are broadcast, so that no neighbour must be known.
package dhcp

import (
	"encoding/binary"
	"math/rand/v2"
	"net/netip"
	"time"

	"skerry/coreos/net/packet"
	"skerry/kernel"
)

// Lease is what a server grants.
type Lease struct {
	Address netip.Prefix
	Gateway netip.Addr // not valid: there is none
	Server  netip.Addr
	Names   [NamesMax]netip.Addr // servers of names; not valid: there are no more
	Until   kernel.Instant
}

// state is where a client stands.
type state uint8

const (
	selecting state = iota
	requesting
	bound
	renewing
)

// How long a client waits for an answer: first, and at most; each wait is twice the one before (RFC
// 2131, section 4.1).
const (
	waitMin = time.Second
	waitMax = 64 * time.Second

	requestsMax = 4           // unanswered, until the client begins again
	leaseMin    = time.Minute // shorter ones are taken for so long
	leaseMax    = 1 << 31 * time.Second
)

// Client asks for an address.
type Client struct {
	mac     [6]byte
	dice    *rand.Rand
	state   state
	id      uint32 // of the transaction
	lease   Lease  // offered or granted
	granted bool
	asked   int            // unanswered messages
	at      kernel.Instant // when to send next
	began   kernel.Instant
}

// New returns a client. A wish is an address that it had before, and may ask for; it need not be
// valid.
func New(mac [6]byte, seed uint64, wish netip.Addr) *Client {
	c := &Client{mac: mac, dice: rand.New(rand.NewPCG(seed, 0))}
	c.begin(0)
	if wish.Is4() {
		c.lease.Address = netip.PrefixFrom(wish, 32)
	}
	return c
}

// begin makes the client look for a server.
func (c *Client) begin(now kernel.Instant) {
	c.state, c.granted, c.asked, c.at, c.began = selecting, false, 0, now, now
	c.id = c.dice.Uint32()
}

// Lease returns what is granted; false: nothing.
func (c *Client) Lease() (Lease, bool) { return c.lease, c.granted }

// Tick returns a message to send, if it is time for one.
func (c *Client) Tick(now kernel.Instant) (message []byte, ok bool) {
	if c.granted && now >= c.lease.Until {
		c.begin(now)
	}
	if now < c.at {
		return nil, false
	}
	switch {
	case c.state == bound:
		c.state, c.asked, c.id, c.began = renewing, 0, c.dice.Uint32(), now
	case c.state == requesting && c.asked == requestsMax:
		c.begin(now)
	}
	c.at = now.Add(c.wait())
	c.asked++
	return c.message(now), true
}

// wait returns how long to wait for an answer.
func (c *Client) wait() time.Duration {
	wait := min(waitMin<<min(c.asked, 16), waitMax)
	return wait + time.Duration(c.dice.Int64N(int64(wait/8)))
}

// message returns what the client has to say in its state.
func (c *Client) message(now kernel.Instant) []byte {
	m := Message{
		Request: true, ID: c.id, MAC: c.mac, Seconds: uint16(now.Sub(c.began) / time.Second),
	}
	switch c.state {
	case selecting:
		m.Kind, m.Wish = discover, c.lease.Address.Addr()
	case requesting:
		m.Kind, m.Wish, m.Server = request, c.lease.Address.Addr(), c.lease.Server
	case renewing:
		m.Kind, m.Client = request, c.lease.Address.Addr()
	}
	return m.Append(nil)
}

// Take takes a message, and tells whether it grants a lease or refuses one.
func (c *Client) Take(now kernel.Instant, b []byte) bool {
	m, err := Parse(b)
	if err != nil || m.Request || m.ID != c.id || m.MAC != c.mac {
		return false
	}
	switch {
	case c.state == selecting && m.Kind == offer && m.sound():
		c.state, c.asked, c.at = requesting, 0, now
		c.lease = m.lease(now)
	case (c.state == requesting || c.state == renewing) && m.Kind == ack && m.sound():
		c.state, c.asked, c.granted = bound, 0, true
		c.lease = m.lease(now)
		c.at = now.Add(c.lease.Until.Sub(now) / 2)
		return true
	case (c.state == requesting || c.state == renewing) && m.Kind == nak:
		c.lease = Lease{}
		c.begin(now)
		return true
	}
	return false
}

// sound tells whether a server's message grants something of use.
func (m *Message) sound() bool {
	return m.Yours.Is4() && packet.IsHost(m.Yours) && m.Mask > 0 && m.Mask <= 32 &&
		m.own() && m.Server.IsValid()
}

// own tells whether the address is not that of its whole network, nor of all machines there.
func (m *Message) own() bool {
	ip := m.Yours.As4()
	rest := binary.BigEndian.Uint32(ip[:]) << m.Mask >> m.Mask
	return m.Mask > 30 || rest != 0 && rest != ^uint32(0)>>m.Mask // RFC 3021
}

// lease returns what a server's message grants.
func (m *Message) lease(now kernel.Instant) Lease {
	duration := min(max(m.Lease, leaseMin), leaseMax)
	return Lease{
		Address: netip.PrefixFrom(m.Yours, m.Mask), Gateway: m.Router, Server: m.Server,
		Names: m.Names, Until: now.Add(duration),
	}
}
