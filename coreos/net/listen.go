package net

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"sync"

	"gvisor.dev/gvisor/pkg/tcpip"
	"gvisor.dev/gvisor/pkg/tcpip/adapters/gonet"
	"gvisor.dev/gvisor/pkg/tcpip/header"
	"gvisor.dev/gvisor/pkg/tcpip/transport/tcp"
	"gvisor.dev/gvisor/pkg/waiter"

	"skerry/coreos/net/flow"
	"skerry/coreos/net/packet"
)

// ErrPort is the refusal to listen on a port that connections leave from.
var ErrPort = errors.New("nobody can listen on a port that connections leave from")

// own is a network of the machine's own: a stack on each core.
type own struct{ *node }

// Listen implements sockets.
func (o own) Listen(network, address string) (net.Listener, error) {
	at, protocol, err := o.resolve(network, "tcp", address)
	if err != nil {
		return nil, err
	}
	l := &listener{own: o, closed: make(chan struct{})}
	if err := l.open(at, protocol); err != nil {
		return nil, fmt.Errorf("coreos/net: listen on %s: %v", address, err)
	}
	l.publish(packet.TCP, l.bound, true)
	return l, nil
}

// ListenPacket implements sockets.
func (o own) ListenPacket(network, address string) (net.PacketConn, error) {
	at, protocol, err := o.resolve(network, "udp", address)
	if err != nil {
		return nil, err
	}
	conn, err := gonet.DialUDP(o.stack.Stack, &at, nil, protocol)
	if err != nil {
		return nil, fmt.Errorf("coreos/net: listen on %s: %w", address, err)
	}
	bound := conn.LocalAddr().(*net.UDPAddr)
	c := &packetConn{UDPConn: conn, own: o, bound: bound.AddrPort()}
	o.publish(packet.UDP, c.bound, true)
	return c, nil
}

// publish tells all cores that this one listens, or no more. Ports that connections leave from tell
// their core by themselves.
func (o own) publish(protocol uint8, at netip.AddrPort, open bool) {
	if at.Port() < ephemeralFirst {
		s := flow.Service{Protocol: protocol, Port: at.Port()}
		o.announce(s, at.Addr().IsLoopback(), open)
	}
}

// resolve returns what to listen on.
func (o own) resolve(network, kind, address string) (at tcpip.FullAddress,
	protocol tcpip.NetworkProtocolNumber, err error) {
	name, port, err := splitAddress(network, kind, address)
	if err != nil {
		return at, 0, err
	}
	host, err := parseHost(network, name)
	if err != nil {
		return at, 0, fmt.Errorf("coreos/net: address %q: %w: want one of numbers", address, err)
	}
	if port >= ephemeralFirst {
		return at, 0, fmt.Errorf("coreos/net: listen on port %d: %w: want one below %d", port,
			ErrPort, ephemeralFirst)
	}
	at.Port = port
	switch {
	case host.IsValid() && !host.IsUnspecified():
		at.Addr, protocol = addressOf(host), protocolOf(host)
	case strings.HasSuffix(network, "4") || host.Is4():
		protocol = header.IPv4ProtocolNumber
	default:
		protocol = header.IPv6ProtocolNumber // and IPv4 with it
	}
	return at, protocol, nil
}

// splitAddress returns the parts of an address.
func splitAddress(network, kind, address string) (host string, port uint16, err error) {
	if strings.TrimRight(network, "46") != kind {
		return "", 0, fmt.Errorf("coreos/net: network %q: want %s", network, kind)
	}
	host, service, err := net.SplitHostPort(address)
	if err != nil {
		return "", 0, fmt.Errorf("coreos/net: address %q: %w", address, err)
	}
	number, err := net.LookupPort(network, service)
	if err != nil {
		return "", 0, fmt.Errorf("coreos/net: address %q: %w", address, err)
	}
	return host, uint16(number), nil
}

// parseHost returns the address that a host is without asking anybody; not valid: none, for "".
func parseHost(network, host string) (ip netip.Addr, err error) {
	switch {
	case host == "":
		return ip, nil
	case host == "localhost" && strings.HasSuffix(network, "6"):
		return netip.IPv6Loopback(), nil
	case host == "localhost":
		return netip.AddrFrom4([4]byte{127, 0, 0, 1}), nil
	}
	ip, err = netip.ParseAddr(host)
	return ip.Unmap(), err
}

// listener is a net.Listener for TCP.
type listener struct {
	own
	endpoint tcpip.Endpoint
	queue    waiter.Queue
	bound    netip.AddrPort
	once     sync.Once
	closed   chan struct{}
}

func (l *listener) open(at tcpip.FullAddress, protocol tcpip.NetworkProtocolNumber) error {
	endpoint, err := l.stack.NewEndpoint(tcp.ProtocolNumber, protocol, &l.queue)
	if err != nil {
		return errors.New(err.String())
	}
	l.endpoint = endpoint
	if err = endpoint.Bind(at); err == nil {
		err = endpoint.Listen(acceptMax)
	}
	if err == nil {
		at, err = endpoint.GetLocalAddress()
	}
	if err != nil {
		endpoint.Close()
		return errors.New(err.String())
	}
	ip := netip.IPv6Unspecified()
	if at.Addr.Len() > 0 {
		ip = netipOf(at.Addr)
	}
	l.bound = netip.AddrPortFrom(ip, at.Port)
	return nil
}

// Accept implements net.Listener.
func (l *listener) Accept() (net.Conn, error) {
	entry, ready := waiter.NewChannelEntry(waiter.ReadableEvents)
	l.queue.EventRegister(&entry)
	defer l.queue.EventUnregister(&entry)
	for {
		endpoint, queue, err := l.endpoint.Accept(nil)
		if err == nil {
			if c, ok := l.adopt(endpoint, queue); ok {
				return c, nil
			}
			continue
		}
		if _, wait := err.(*tcpip.ErrWouldBlock); wait {
			select {
			case <-ready:
				continue
			case <-l.closed:
			}
		}
		select {
		case <-l.closed:
			return nil, l.refusal(net.ErrClosed)
		default:
			return nil, l.refusal(errors.New(err.String()))
		}
	}
}

// adopt makes a connection of an endpoint; false: the core has as many as it can have.
func (l *listener) adopt(e tcpip.Endpoint, queue *waiter.Queue) (net.Conn, bool) {
	l.loop.Lock()
	full := l.accepted == connectionsMax
	if full {
		l.counts.Refused++
	} else {
		l.accepted++
	}
	l.loop.Unlock()
	if full {
		e.Abort()
		return nil, false
	}
	return newConn(l.node, e, queue), true
}

func (l *listener) refusal(err error) error {
	return &net.OpError{Op: "accept", Net: "tcp", Addr: l.Addr(), Err: err}
}

// Close implements net.Listener.
func (l *listener) Close() error {
	err := net.ErrClosed
	l.once.Do(func() {
		l.publish(packet.TCP, l.bound, false)
		close(l.closed)
		l.endpoint.Close()
		err = nil
	})
	return err
}

// Addr implements net.Listener.
func (l *listener) Addr() net.Addr { return net.TCPAddrFromAddrPort(l.bound) }

// packetConn is a net.PacketConn that this core listens with.
type packetConn struct {
	*gonet.UDPConn
	own
	bound netip.AddrPort
	once  sync.Once
}

// Close implements net.PacketConn.
func (c *packetConn) Close() error {
	err := net.ErrClosed
	c.once.Do(func() {
		c.publish(packet.UDP, c.bound, false)
		err = c.UDPConn.Close()
	})
	return err
}
