package coretest

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"strings"

	"gvisor.dev/gvisor/pkg/tcpip"
	"gvisor.dev/gvisor/pkg/tcpip/adapters/gonet"
	"gvisor.dev/gvisor/pkg/tcpip/header"
)

// NeighbourIP is the test's own address on the cable.
const NeighbourIP = "10.0.2.2"

// addresses returns those of the machine: of IPv4, and of IPv6.
func addresses() [2]netip.Prefix {
	return [2]netip.Prefix{
		netip.MustParsePrefix("10.0.2.15/24"), netip.MustParsePrefix("fd00::15/64"),
	}
}

// neighbours returns those of the test's end of the cable.
func neighbours() []netip.Prefix {
	return []netip.Prefix{
		netip.MustParsePrefix(NeighbourIP + "/24"), netip.MustParsePrefix("fd00::2/64"),
	}
}

// Dial connects to a port of the machine from outside, as its clients do. The network is tcp or
// udp, with a 4 or 6 behind it for the version of IP, which else is 4. The address is as in
// net.Dial; whatever host it names, the machine is meant.
func (m *Machine) Dial(network, address string) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(m.t.Context(), patience)
	defer cancel()
	return m.DialContext(ctx, network, address)
}

// DialContext is Dial under a context, for net/http and others.
func (m *Machine) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	kind := strings.TrimRight(network, "46")
	_, service, err := net.SplitHostPort(address)
	if err != nil {
		return nil, fmt.Errorf("coretest: address %q: %w", address, err)
	}
	port, err := net.LookupPort(kind, service)
	if err != nil {
		return nil, fmt.Errorf("coretest: address %q: %w", address, err)
	}
	at, protocol := addresses()[0], header.IPv4ProtocolNumber
	if strings.HasSuffix(network, "6") {
		at, protocol = addresses()[1], header.IPv6ProtocolNumber
	}
	to := tcpip.FullAddress{
		Addr: tcpip.AddrFromSlice(at.Addr().AsSlice()), Port: uint16(port),
	}
	if kind == "udp" {
		return gonet.DialUDP(m.wire.Stack, nil, &to, protocol)
	}
	return gonet.DialContextTCP(ctx, m.wire.Stack, to, protocol)
}

// Listen is net.Listen for TCP, on the test's end of the cable: the test serves what the machine
// asks for. The address is a port alone, as in ":5432"; the machine finds it at NeighbourIP.
func (m *Machine) Listen(address string) (net.Listener, error) {
	port, err := net.LookupPort("tcp", strings.TrimPrefix(address, ":"))
	if err != nil {
		return nil, fmt.Errorf("coretest: address %q: %w", address, err)
	}
	at := tcpip.FullAddress{Port: uint16(port)}
	return gonet.ListenTCP(m.wire.Stack, at, header.IPv6ProtocolNumber) // and IPv4 with it
}

// Client returns a client of the machine's web servers: http://machine/ is its port 80.
func (m *Machine) Client() *http.Client {
	return &http.Client{Transport: &http.Transport{DialContext: m.DialContext}, Timeout: patience}
}
