package net

import (
	"encoding/binary"
	"net/netip"
	"slices"

	"skerry/coreos/net/packet"
)

// nearby is what a driver compares the addresses of each packet with.
type nearby struct {
	own []packet.Addr // those of the machine
	all []packet.Addr // of IPv4, those of all machines nearby
}

// nearbyOf returns it for a machine with such addresses.
func nearbyOf(addresses []netip.Prefix) nearby {
	n := nearby{all: []packet.Addr{packet.AddrOf(netip.AddrFrom4([4]byte{255, 255, 255, 255}))}}
	for _, p := range addresses {
		n.own = append(n.own, packet.AddrOf(p.Addr()))
		if p.Addr().Is4() && p.Bits() < 31 {
			n.all = append(n.all, packet.AddrOf(last(p)))
		}
	}
	return n
}

// last returns the last address of a network of IPv4.
func last(p netip.Prefix) netip.Addr {
	b := p.Addr().As4()
	binary.BigEndian.PutUint32(b[:], binary.BigEndian.Uint32(b[:])|(1<<32-1)>>p.Bits())
	return netip.AddrFrom4(b)
}

// has tells whether an address is one of the machine's.
func (n *nearby) has(a packet.Addr) bool { return slices.Contains(n.own, a) }

// broadcast tells whether an address is that of all machines nearby.
func (n *nearby) broadcast(a packet.Addr) bool { return slices.Contains(n.all, a) }

// martian tells whether no other machine can have sent a packet from an address.
func (n *nearby) martian(a packet.Addr) bool {
	return a.IsLoopback() || a.IsMulticast() || n.broadcast(a) || n.has(a)
}
