package net

import (
	"fmt"
	"net/netip"

	"gvisor.dev/gvisor/pkg/log"
	"gvisor.dev/gvisor/pkg/tcpip"
	"gvisor.dev/gvisor/pkg/tcpip/header"
	"gvisor.dev/gvisor/pkg/tcpip/network/ipv6"
	"gvisor.dev/gvisor/pkg/tcpip/stack"
	"gvisor.dev/gvisor/pkg/tcpip/transport/tcp"
	"gvisor.dev/gvisor/pkg/tcpip/transport/udp"

	"skerry/coreos/net/packet"
)

// The two ways out of a core's stack.
const (
	loopNIC = 1 + iota
	outNIC
)

// ipStack is the stack of one core. It knows of no Ethernet: what it sends goes to the core that
// has the card, or, by the loop link, to another core or back to itself.
type ipStack struct {
	*stack.Stack
	clock     *clock
	loop, out *link
	addresses []netip.Prefix // on both links
}

// newStack returns a stack whose connections leave from the ports given.
func newStack(n *node, first, last uint16) (*ipStack, error) {
	log.SetTarget(new(log.MultiEmitter)) // strangers' packets decide what it would say
	out, clock := &link{node: n, send: n.sendOut}, newClock(n.core)
	s := &ipStack{
		clock: clock,
		Stack: stack.New(stack.Options{
			Clock: clock,
			NetworkProtocols: []stack.NetworkProtocolFactory{
				newProtocol4(out), ipv6.NewProtocolWithOptions(ipv6.Options{}), // the gate asks
			},
			TransportProtocols: []stack.TransportProtocolFactory{
				tcp.NewProtocol, udp.NewProtocol,
			},
		}),
		// Between cores no checksum is made.
		loop: &link{
			node: n, send: n.sendLoop,
			capabilities: stack.CapabilityLoopback | stack.CapabilityTXChecksumOffload |
				stack.CapabilityRXChecksumOffload,
		},
		out: out,
	}
	s.loop.adjust(loopMTU, packetBytesMax-headBytes)
	s.out.adjust(header.IPv6MinimumMTU, 0)
	if err := s.configure(first, last); err != nil {
		return nil, fmt.Errorf("coreos/net: stack of %v: %v", n.self, err)
	}
	return s, nil
}

func (s *ipStack) configure(first, last uint16) tcpip.Error {
	sack := tcpip.TCPSACKEnabled(true)
	receive := tcpip.TCPReceiveBufferSizeRangeOption{
		Min: bufferBytesMin, Default: bufferBytes, Max: bufferBytesMax,
	}
	send := tcpip.TCPSendBufferSizeRangeOption{
		Min: bufferBytesMin, Default: bufferBytes, Max: bufferBytesMax,
	}
	moderate := tcpip.TCPModerateReceiveBufferOption(true)
	wait, linger := tcpip.TCPTimeWaitTimeoutOption(timeWait), tcpip.TCPLingerTimeoutOption(finWait)
	for _, option := range []tcpip.SettableTransportProtocolOption{
		&sack, &receive, &send, &moderate, &wait, &linger,
	} {
		if err := s.SetTransportProtocolOption(tcp.ProtocolNumber, option); err != nil {
			return err
		}
	}
	if err := setDatagramBuffers(s.Stack); err != nil {
		return err
	}
	if err := s.SetPortRange(first, last); err != nil {
		return err
	}
	if err := s.CreateNICWithOptions(loopNIC, s.loop, stack.NICOptions{QDisc: s.loop}); err != nil {
		return err
	}
	if err := s.CreateNICWithOptions(outNIC, s.out, stack.NICOptions{QDisc: s.out}); err != nil {
		return err
	}
	for _, text := range []string{"127.0.0.1/8", "::1/128"} {
		if err := s.add(loopNIC, netip.MustParsePrefix(text)); err != nil {
			return err
		}
	}
	s.route()
	return nil
}

// setDatagramBuffers makes room for datagrams, at each socket of UDP.
func setDatagramBuffers(s *stack.Stack) tcpip.Error {
	receive := tcpip.ReceiveBufferSizeOption{
		Min: bufferBytesMin, Default: datagramBytes, Max: bufferBytesMax,
	}
	send := tcpip.SendBufferSizeOption{
		Min: bufferBytesMin, Default: datagramBytes, Max: bufferBytesMax,
	}
	if err := s.SetOption(receive); err != nil {
		return err
	}
	return s.SetOption(send)
}

// add gives one of the links an address.
func (s *ipStack) add(nic tcpip.NICID, p netip.Prefix) tcpip.Error {
	return s.AddProtocolAddress(nic, protocolAddress(p), stack.AddressProperties{})
}

// adopt makes the addresses of the machine those of the stack.
func (s *ipStack) adopt(set settings) {
	s.out.adjust(set.MTU, set.Long)
	gone, come := changes(s.addresses, set.Addresses)
	for _, nic := range []tcpip.NICID{loopNIC, outNIC} {
		for _, p := range gone {
			s.RemoveAddress(nic, addressOf(p.Addr())) // an error says that it is not there
		}
		for _, p := range come {
			s.add(nic, p) // an error says that it is there
		}
	}
	s.addresses = set.Addresses
	s.route()
}

// route sends what is for the machine itself to the loop, and all else out.
func (s *ipStack) route() {
	own := append([]netip.Prefix{
		netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128"),
	}, s.addresses...)
	var table []tcpip.Route
	for i, p := range own {
		bits := p.Bits()
		if i > 1 {
			bits = p.Addr().BitLen()
		}
		subnet := subnetOf(netip.PrefixFrom(p.Addr(), bits))
		table = append(table, tcpip.Route{Destination: subnet, NIC: loopNIC})
	}
	s.SetRouteTable(append(table,
		tcpip.Route{Destination: header.IPv4EmptySubnet, NIC: outNIC},
		tcpip.Route{Destination: header.IPv6EmptySubnet, NIC: outNIC}))
}

// flows returns the keys of all flows with other machines.
func (s *ipStack) flows() (keys []packet.Key) {
	s.each(func(key packet.Key, _ stack.TransportEndpoint) {
		if key.Remote != key.Local && !key.Remote.Netip().IsLoopback() {
			keys = append(keys, key)
		}
	})
	return keys
}

// abort ends connections whose other end is gone.
func (s *ipStack) abort(gone func(packet.Key) bool) {
	s.each(func(key packet.Key, e stack.TransportEndpoint) {
		if key.Protocol == packet.TCP && gone(key) {
			e.Abort()
		}
	})
}

// each visits all connected endpoints.
func (s *ipStack) each(visit func(packet.Key, stack.TransportEndpoint)) {
	for _, e := range s.RegisteredEndpoints() {
		endpoint, ok := e.(tcpip.Endpoint)
		if !ok {
			continue
		}
		info, ok := endpoint.Info().(*stack.TransportEndpointInfo)
		if !ok || info.ID.RemotePort == 0 {
			continue
		}
		visit(packet.Key{
			Protocol: uint8(info.TransProto), LocalPort: info.ID.LocalPort,
			RemotePort: info.ID.RemotePort, Local: packet.AddrOf(netipOf(info.ID.LocalAddress)),
			Remote: packet.AddrOf(netipOf(info.ID.RemoteAddress)),
		}, e)
	}
}
