package net

import (
	"net/netip"

	"skerry/coreos/net/card"
	"skerry/coreos/net/dhcp"
	"skerry/coreos/net/packet"
	"skerry/kernel"
)

// Ports of DHCP.
const (
	dhcpServerPort = 67
	dhcpClientPort = 68
)

// lease is how a machine comes to an address of IPv4. Its packets never reach a stack: those want
// to have an address first.
type lease struct {
	driver *driver
	client *dhcp.Client
	has    dhcp.Lease // what is the machine's
}

// newLease returns a lease that asks first for an address that the machine has already.
func newLease(d *driver, set settings) *lease {
	l := &lease{driver: d}
	for _, p := range set.Addresses {
		if p.Addr().Is4() {
			l.has.Address = p
		}
	}
	for _, g := range set.Gateways {
		if g.Is4() {
			l.has.Gateway = g
		}
	}
	seed := uint64(d.node.core.Now())
	l.client = dhcp.New(d.card.Address(), seed, l.has.Address.Addr())
	return l
}

// tick sends what is to be sent.
func (l *lease) tick(now kernel.Instant) {
	message, ok := l.client.Tick(now)
	if !ok {
		return
	}
	key := packet.Key{
		Local: packet.AddrOf(netip.IPv4Unspecified()), LocalPort: dhcpClientPort,
		Remote:     packet.AddrOf(netip.AddrFrom4([4]byte{255, 255, 255, 255})),
		RemotePort: dhcpServerPort, Protocol: packet.UDP,
	}
	l.driver.frame = packet.Datagram(l.driver.frame[:etherBytes], key, message)
	l.driver.route(key.Remote, card.Frame{})
	l.change(false)
}

// take takes a packet, with bytes b, if it is one of DHCP.
func (l *lease) take(p *packet.Packet, b []byte) bool {
	if p.V6 || p.Protocol != packet.UDP || p.Fragment.Is() || p.DstPort != dhcpClientPort ||
		p.SrcPort != dhcpServerPort {
		return false
	}
	const udpBytes = 8
	l.change(l.client.Take(l.driver.node.core.Now(), b[p.IPBytes+udpBytes:]))
	return true
}

// change makes what is granted the machine's. An address from before is kept until there is an
// answer.
func (l *lease) change(answered bool) {
	granted, ok := l.client.Lease()
	switch {
	case ok && granted != l.has:
		if l.has.Address.IsValid() && l.has.Address != granted.Address {
			l.driver.own(l.has.Address, l.has.Gateway, false)
		}
		l.driver.ask(granted.Names[:]) // first: who has the address has these too
		l.driver.own(granted.Address, granted.Gateway, true)
		l.has = granted
	case !ok && l.has.Address.IsValid() && (answered || l.has.Until != 0):
		l.driver.own(l.has.Address, l.has.Gateway, false)
		l.driver.ask(nil)
		l.has = dhcp.Lease{}
	}
}
