package net

import (
	"net/netip"
	"slices"

	"gvisor.dev/gvisor/pkg/tcpip"
	"gvisor.dev/gvisor/pkg/tcpip/header"
)

// Addresses as gVisor has them, and as the standard library does.

func addressOf(ip netip.Addr) tcpip.Address { return tcpip.AddrFromSlice(ip.AsSlice()) }

func netipOf(a tcpip.Address) netip.Addr {
	ip, _ := netip.AddrFromSlice(a.AsSlice())
	return ip
}

func protocolOf(ip netip.Addr) tcpip.NetworkProtocolNumber {
	if ip.Is4() {
		return header.IPv4ProtocolNumber
	}
	return header.IPv6ProtocolNumber
}

func protocolAddress(p netip.Prefix) tcpip.ProtocolAddress {
	return tcpip.ProtocolAddress{
		Protocol: protocolOf(p.Addr()),
		AddressWithPrefix: tcpip.AddressWithPrefix{
			Address: addressOf(p.Addr()), PrefixLen: p.Bits(),
		},
	}
}

func subnetOf(p netip.Prefix) tcpip.Subnet {
	return tcpip.AddressWithPrefix{
		Address: addressOf(p.Masked().Addr()), PrefixLen: p.Bits(),
	}.Subnet()
}

func prefixOf(a tcpip.AddressWithPrefix) netip.Prefix {
	return netip.PrefixFrom(netipOf(a.Address), a.PrefixLen)
}

// changes returns what is in the old list only, and what is in the new one only.
func changes(old, fresh []netip.Prefix) (gone, come []netip.Prefix) {
	for _, p := range old {
		if !slices.Contains(fresh, p) {
			gone = append(gone, p)
		}
	}
	for _, p := range fresh {
		if !slices.Contains(old, p) {
			come = append(come, p)
		}
	}
	return gone, come
}
