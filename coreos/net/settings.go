package net

import (
	"encoding/json"
	"fmt"
	"net/netip"
	"slices"

	"skerry/coreos/net/packet"
)

// settings are what the machine's network is. The core that has the card tells all others, as JSON.
type settings struct {
	MTU       int
	Long      int  // bytes of the longest packet of TCP, for the core with the card to have cut
	Static    bool // the addresses came with the machine's description
	Addresses []netip.Prefix
	Gateways  []netip.Addr // at most one of IPv4 and one of IPv6
	Names     []netip.Addr // servers that are asked for names
	Named     bool         // they came with the machine's description
}

// text returns the settings as they travel.
func (s *settings) text() []byte {
	text, err := json.Marshal(s)
	if err != nil || len(text) > MemberDriveTextMax {
		panic(fmt.Sprintf("coreos/net: settings %+v as %d bytes, error %v: want at most %d bytes",
			s, len(text), err, MemberDriveTextMax))
	}
	return text
}

// parseSettings reads what another core told.
func parseSettings(text []byte) (s settings, err error) {
	if err = json.Unmarshal(text, &s); err != nil {
		return s, fmt.Errorf("coreos/net: settings %q: %w", text, err)
	}
	bad := func(p netip.Prefix) bool { return !p.IsValid() || !packet.IsHost(p.Addr()) }
	badHost := func(g netip.Addr) bool { return !packet.IsHost(g) }
	if s.MTU < 576 || s.MTU > packetBytesMax || s.Long < s.MTU || s.Long > packetBytesMax ||
		len(s.Addresses) > addressesMax || slices.ContainsFunc(s.Addresses, bad) {
		return s, fmt.Errorf("coreos/net: settings %q: want an MTU from 576, no packets longer "+
			"than %d, and at most %d sound addresses", text, packetBytesMax, addressesMax)
	}
	if len(s.Gateways) > gatewaysMax || slices.ContainsFunc(s.Gateways, badHost) {
		return s, fmt.Errorf("coreos/net: settings %q: want at most %d gateways, with sound "+
			"addresses", text, gatewaysMax)
	}
	if len(s.Names) > namesMax || slices.ContainsFunc(s.Names, badHost) {
		return s, fmt.Errorf("coreos/net: settings %q: want at most %d servers of names, with "+
			"sound addresses", text, namesMax)
	}
	return s, nil
}

// reaches tells whether the machine has an address of its own for talking with another one.
func (s *settings) reaches(ip netip.Addr) bool {
	return slices.ContainsFunc(s.Addresses, func(p netip.Prefix) bool {
		return p.Addr().Is4() == ip.Is4() &&
			(!p.Addr().IsLinkLocalUnicast() || ip.IsLinkLocalUnicast())
	})
}

// hop returns the neighbour by which packets for an address leave; false: there is none.
func (s *settings) hop(a packet.Addr) (netip.Addr, bool) {
	ip := a.Netip()
	for _, p := range s.Addresses {
		if p.Contains(ip) {
			return ip, true
		}
	}
	for _, g := range s.Gateways {
		if g.Is4() == ip.Is4() {
			return g, true
		}
	}
	return ip, ip.IsLinkLocalUnicast()
}

// local returns the machine's address that is next to a neighbour.
func (s *settings) local(hop netip.Addr) netip.Addr {
	for _, p := range s.Addresses {
		if p.Contains(hop) {
			return p.Addr()
		}
	}
	return netip.Addr{}
}
