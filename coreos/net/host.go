package net

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"strconv"
	"sync"
	"syscall"

	"golang.org/x/sys/unix"

	"skerry/kernel"
)

// host is a network of the host's sockets. The machine's addresses are those of the host's loopback
// interface, and ports of the machine are those of the host that stand for them.
type host struct {
	ports kernel.HostPorts
	once  sync.Once // said why the cores cannot share a port as they should
}

func newHost(ports kernel.HostPorts) *host { return &host{ports: ports} }

// Listen implements sockets.
func (h *host) Listen(network, address string) (net.Listener, error) {
	at, err := h.local(network, address)
	if err != nil {
		return nil, err
	}
	config := net.ListenConfig{Control: share}
	config.SetMultipathTCP(false) // its sockets cannot be steered
	l, err := config.Listen(context.Background(), network, at.text)
	if err != nil {
		return nil, fmt.Errorf("coreos/net: listen on port %d of the machine: %w", at.port, err)
	}
	h.steer("tcp", at.port, l)
	return l, nil
}

// ListenPacket implements sockets.
func (h *host) ListenPacket(network, address string) (net.PacketConn, error) {
	at, err := h.local(network, address)
	if err != nil {
		return nil, err
	}
	config := net.ListenConfig{Control: share}
	c, err := config.ListenPacket(context.Background(), network, at.text)
	if err != nil {
		return nil, fmt.Errorf("coreos/net: listen on port %d of the machine: %w", at.port, err)
	}
	h.steer("udp", at.port, c)
	return c, nil
}

// DialContext implements sockets.
func (h *host) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	name, _, err := net.SplitHostPort(address)
	if err == nil && isLoopback(name) {
		at, err := h.local(network, address)
		if err != nil {
			return nil, err
		}
		address = at.text
	}
	return new(net.Dialer).DialContext(ctx, network, address)
}

// place is an address of the machine, as the host has it.
type place struct {
	port uint16 // of the machine
	text string // of the host
}

// local returns where the host has an address of the machine.
func (h *host) local(network, address string) (at place, err error) {
	name, service, err := net.SplitHostPort(address)
	if err != nil {
		return at, fmt.Errorf("coreos/net: address %q: %w", address, err)
	}
	port, err := net.LookupPort(network, service)
	if err != nil {
		return at, fmt.Errorf("coreos/net: address %q: %w", address, err)
	}
	if name == "" || !isLoopback(name) {
		name = loopback(network)
	}
	at.port = uint16(port)
	on := at.port
	if on != 0 {
		on = h.ports.HostPort(network[:3], at.port)
	}
	at.text = net.JoinHostPort(name, strconv.Itoa(int(on)))
	return at, nil
}

// loopback returns the address of the host that is the machine's for a network.
func loopback(network string) string {
	if network[len(network)-1] == '6' {
		return "::1"
	}
	return "127.0.0.1"
}

func isLoopback(name string) bool {
	ip, err := netip.ParseAddr(name)
	return name == "localhost" || err == nil && ip.IsLoopback()
}

// share lets sockets of several cores be bound to the same port.
func share(_, _ string, socket syscall.RawConn) (err error) {
	e := socket.Control(func(fd uintptr) {
		err = unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_REUSEPORT, 1)
	})
	return errors.Join(e, err)
}

// steer has the cores share a port. Where the host lets nobody choose, its launcher has said so.
func (h *host) steer(network string, port uint16, socket any) {
	raw, err := socket.(syscall.Conn).SyscallConn()
	if err == nil {
		err = h.ports.Steer(network, port, raw)
	}
	if err != nil && !errors.Is(err, kernel.ErrNotSteered) {
		h.once.Do(func() {
			fmt.Fprintf(os.Stderr, "coreos/net: the host's own hash chooses cores: %v\n", err)
		})
	}
}
