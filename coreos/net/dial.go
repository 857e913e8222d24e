package net

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"strings"

	"gvisor.dev/gvisor/pkg/tcpip"
	"gvisor.dev/gvisor/pkg/tcpip/adapters/gonet"
)

// DialContext implements sockets. The address is one of numbers, or localhost.
func (o own) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	kind := strings.TrimRight(network, "46")
	if kind != "udp" {
		kind = "tcp"
	}
	host, port, err := splitAddress(network, kind, address)
	if err != nil {
		return nil, err
	}
	if !host.IsValid() || host.IsUnspecified() {
		host = netip.AddrFrom4([4]byte{127, 0, 0, 1})
	}
	if !host.IsLoopback() {
		if err := o.await(ctx); err != nil {
			return nil, fmt.Errorf("coreos/net: dial %s: %w", address, err)
		}
	}
	to := tcpip.FullAddress{Addr: addressOf(host), Port: port}
	if kind == "udp" {
		return connOf(gonet.DialUDP(o.stack.Stack, nil, &to, protocolOf(host)))
	}
	return connOf(gonet.DialContextTCP(ctx, o.stack.Stack, to, protocolOf(host)))
}

// await waits until the machine has an address.
func (o own) await(ctx context.Context) error {
	ctx, cancel := context.WithTimeoutCause(ctx, readyTime, ErrNoNetwork)
	defer cancel()
	select {
	case <-o.ready:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// connOf returns no connection with an error.
func connOf[C net.Conn](c C, err error) (net.Conn, error) {
	if err != nil {
		return nil, fmt.Errorf("coreos/net: %w", err)
	}
	return c, nil
}
