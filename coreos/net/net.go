// Package net is the network of a machine, as the apps of each of its cores see it.
//
// What it hands out are the interfaces of the standard library's net, so that net/http and others
// run unchanged:
//
//	n, err := net.Of(s)
//	listener, err := n.Listen("tcp", ":80")
//	http.Serve(listener, handler)
//
// All cores of a machine have the same addresses. Several may listen on a port: a connection is
// made with one of them, and stays there.
package net

import (
	"context"
	"errors"
	"net"

	"skerry/coreos"
	"skerry/coreos/net/flow"
	"skerry/coreos/net/packet"
	"skerry/kernel"
)

// Net is the network of a core. Its methods may be called by several at once.
type Net struct {
	sockets
}

// sockets is where a network's connections come from.
type sockets interface {
	// Listen is net.Listen, for TCP.
	Listen(network, address string) (net.Listener, error)

	// ListenPacket is net.ListenPacket, for UDP.
	ListenPacket(network, address string) (net.PacketConn, error)

	// DialContext is that of net.Dialer, for TCP and UDP.
	DialContext(ctx context.Context, network, address string) (net.Conn, error)
}

// key and innerKey are under which a core has its networks.
type (
	key      struct{}
	innerKey struct{}
)

// ErrNoNetwork is the refusal to reach another machine: this one has no address of that kind.
var ErrNoNetwork = errors.New("this machine has no address by which to reach it")

// Of returns the core's network: the host's sockets, where the driver has them; else Inner. Error:
// that of Inner.
func Of(s *coreos.OS) (*Net, error) {
	return coreos.Once(s, key{}, func() (*Net, error) {
		if ports, ok := s.Core().(kernel.HostPorts); ok {
			return &Net{newHost(ports)}, nil
		}
		return Inner(s)
	})
}

// Inner returns the network that the machine makes itself, of a stack on each core; by that, the
// core becomes part of it. Where no core has a network card, it ends at the machine. Error: the
// core cannot serve the others.
func Inner(s *coreos.OS) (*Net, error) {
	return coreos.Once(s, innerKey{}, func() (*Net, error) {
		n, err := join(s, claimOf(s.Core()))
		if err != nil {
			return nil, err
		}
		return &Net{own{n}}, n.report(s)
	})
}

// Listeners returns the cores that listen on a port for other machines, ascending, as far as this
// core knows; of the host's network, nothing is known. The network is tcp or udp.
func (n *Net) Listeners(network string, port uint16) []kernel.CoreID {
	o, ok := n.sockets.(own)
	if !ok {
		return nil
	}
	service := flow.Service{Protocol: packet.TCP, Port: port}
	if network == "udp" {
		service.Protocol = packet.UDP
	}
	o.loop.Lock()
	defer o.loop.Unlock()
	return o.public.Of(service)
}

// Dial is net.Dial, for TCP and UDP.
func (n *Net) Dial(network, address string) (net.Conn, error) {
	return n.DialContext(context.Background(), network, address)
}
