package net

import (
	"fmt"
	"net/netip"
	"time"

	"gvisor.dev/gvisor/pkg/tcpip"
	"gvisor.dev/gvisor/pkg/tcpip/header"
	"gvisor.dev/gvisor/pkg/tcpip/link/ethernet"
	"gvisor.dev/gvisor/pkg/tcpip/network/arp"
	"gvisor.dev/gvisor/pkg/tcpip/network/ipv4"
	"gvisor.dev/gvisor/pkg/tcpip/network/ipv6"
	"gvisor.dev/gvisor/pkg/tcpip/stack"
	"gvisor.dev/gvisor/pkg/tcpip/transport/udp"

	"skerry/coreos/net/card"
)

// gateNIC is the gate's only way out.
const gateNIC = 1

// gate is the stack that is the machine for its neighbours: it answers and asks by ARP and NDP,
// answers echo requests, and tells who asks for a port of UDP that nobody listens on. It has no
// flows of its own.
type gate struct {
	*stack.Stack
	driver    *driver
	link      *link
	addresses []netip.Prefix
}

// newGate returns the gate of a driver; open opens it.
func newGate(d *driver) *gate {
	g := &gate{driver: d}
	mac := d.card.Address()
	g.link = &link{
		node: d.node, address: tcpip.LinkAddress(mac[:]),
		send: func(pkt *stack.PacketBuffer) {
			from := partsOf(pkt)
			d.frame = from.appendTo(d.frame[:0])
			d.count(d.tryTransmit(card.Frame{}))
		},
	}
	g.link.adjust(d.card.MTU()+etherBytes, 0)
	discovery := ipv6.DefaultNDPConfigurations()
	discovery.AutoGenTempGlobalAddresses = false
	g.Stack = stack.New(stack.Options{
		NetworkProtocols: []stack.NetworkProtocolFactory{
			arp.NewProtocol, ipv4.NewProtocol, ipv6.NewProtocolWithOptions(ipv6.Options{
				AutoGenLinkLocal: true, NDPConfigs: discovery, NDPDisp: neighbourhood{d},
				DADConfigs: stack.DADConfigurations{}, // who inherits an address has it at once
			}),
		},
		TransportProtocols: []stack.TransportProtocolFactory{udp.NewProtocol},
	})
	return g
}

// open lets the gate begin to ask for addresses. The caller does not hold the loop's lock.
func (g *gate) open() {
	if err := g.CreateNIC(gateNIC, ethernet.New(g.link)); err != nil {
		panic(fmt.Sprintf("coreos/net: gate: %v", err)) // it has no other
	}
}

// adopt makes the addresses of the machine those of the gate. Those that it found itself it has.
func (g *gate) adopt(set settings) {
	gone, come := changes(g.addresses, set.Addresses)
	for _, p := range gone {
		g.RemoveAddress(gateNIC, addressOf(p.Addr())) // an error says that it is not there
	}
	for _, p := range come {
		// An error says that it is there.
		g.AddProtocolAddress(gateNIC, protocolAddress(p), stack.AddressProperties{})
	}
	g.addresses = set.Addresses
	var table []tcpip.Route
	for _, p := range set.Addresses {
		table = append(table, tcpip.Route{Destination: subnetOf(p), NIC: gateNIC})
	}
	for _, ip := range set.Gateways {
		all := header.IPv4EmptySubnet
		if !ip.Is4() {
			all = header.IPv6EmptySubnet
		}
		table = append(table,
			tcpip.Route{Destination: all, Gateway: addressOf(ip), NIC: gateNIC})
	}
	g.SetRouteTable(table)
}

// resolve asks for the Ethernet address of a neighbour; hops learn it. The caller does not hold the
// loop's lock.
func (g *gate) resolve(ip, local netip.Addr) {
	var from tcpip.Address
	if local.IsValid() {
		from = addressOf(local)
	}
	// An error says that the answer comes later.
	g.GetLinkAddress(gateNIC, addressOf(ip), from, protocolOf(ip),
		func(r stack.LinkResolutionResult) {
			g.driver.node.loop.Lock()
			defer g.driver.node.loop.Unlock()
			var mac [6]byte
			copy(mac[:], r.LinkAddress)
			g.driver.hops.learn(ip, mac, r.Err == nil && len(r.LinkAddress) == len(mac))
			g.driver.node.flush()
		})
}

// neighbourhood takes what the gate learns by NDP (RFC 4861, RFC 4862). It must not call the stack.
type neighbourhood struct{ driver *driver }

var _ ipv6.NDPDispatcher = neighbourhood{}

func (h neighbourhood) change(address netip.Prefix, gateway netip.Addr, has bool) {
	h.driver.node.loop.Lock()
	defer h.driver.node.loop.Unlock()
	if h.driver.node.driver == h.driver {
		h.driver.own(address, gateway, has)
		h.driver.node.flush()
	}
}

// OnAutoGenAddress implements ipv6.NDPDispatcher.
func (h neighbourhood) OnAutoGenAddress(_ tcpip.NICID,
	a tcpip.AddressWithPrefix) stack.AddressDispatcher {
	h.change(prefixOf(a), netip.Addr{}, true)
	return nil
}

// OnAutoGenAddressInvalidated implements ipv6.NDPDispatcher.
func (h neighbourhood) OnAutoGenAddressInvalidated(_ tcpip.NICID, a tcpip.AddressWithPrefix) {
	h.change(prefixOf(a), netip.Addr{}, false)
}

// OnOffLinkRouteUpdated implements ipv6.NDPDispatcher.
func (h neighbourhood) OnOffLinkRouteUpdated(_ tcpip.NICID, to tcpip.Subnet, by tcpip.Address,
	_ header.NDPRoutePreference) {
	if to == header.IPv6EmptySubnet {
		h.change(netip.Prefix{}, netipOf(by), true)
	}
}

// OnOffLinkRouteInvalidated implements ipv6.NDPDispatcher.
func (h neighbourhood) OnOffLinkRouteInvalidated(_ tcpip.NICID, to tcpip.Subnet,
	by tcpip.Address) {
	if to == header.IPv6EmptySubnet {
		h.change(netip.Prefix{}, netipOf(by), false)
	}
}

// What else there is to know changes nothing here.

func (neighbourhood) OnDuplicateAddressDetectionResult(tcpip.NICID, tcpip.Address,
	stack.DADResult) {
}
func (neighbourhood) OnOnLinkPrefixDiscovered(tcpip.NICID, tcpip.Subnet)                     {}
func (neighbourhood) OnOnLinkPrefixInvalidated(tcpip.NICID, tcpip.Subnet)                    {}
func (neighbourhood) OnAutoGenAddressDeprecated(tcpip.NICID, tcpip.AddressWithPrefix)        {}
func (neighbourhood) OnDNSSearchListOption(tcpip.NICID, []string, time.Duration)             {}
func (neighbourhood) OnDHCPv6Configuration(tcpip.NICID, ipv6.DHCPv6ConfigurationFromNDPRA)   {}
func (neighbourhood) OnRecursiveDNSServerOption(tcpip.NICID, []tcpip.Address, time.Duration) {}
