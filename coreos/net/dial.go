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

// DialContext implements sockets. Of a host with several addresses, one is tried after the other,
// until one answers.
func (o own) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	kind := strings.TrimRight(network, "46")
	if kind != "udp" {
		kind = "tcp"
	}
	name, port, err := splitAddress(network, kind, address)
	if err != nil {
		return nil, err
	}
	hosts, err := o.lookUp(ctx, network, name)
	if err != nil {
		return nil, fmt.Errorf("coreos/net: dial %s: %w", address, err)
	}
	var c net.Conn
	for _, host := range hosts {
		c, err = o.dial(ctx, kind, netip.AddrPortFrom(host, port))
		if err == nil || ctx.Err() != nil {
			break
		}
	}
	if err != nil {
		return nil, fmt.Errorf("coreos/net: dial %s: %w", address, err)
	}
	return c, nil
}

// dial connects with an address, for tcp or udp.
func (o own) dial(ctx context.Context, kind string, at netip.AddrPort) (net.Conn, error) {
	host := at.Addr().Unmap()
	if !host.IsLoopback() {
		err := o.await(ctx, func(s *settings) bool { return s.reaches(host) })
		if err != nil {
			return nil, err
		}
	}
	to := tcpip.FullAddress{Addr: addressOf(host), Port: at.Port()}
	if kind == "udp" {
		return connOf(gonet.DialUDP(o.stack.Stack, nil, &to, protocolOf(host)))
	}
	return connOf(gonet.DialContextTCP(ctx, o.stack.Stack, to, protocolOf(host)))
}

// await waits for settings that are enough. Error: ErrNoNetwork, or the context's.
func (o own) await(ctx context.Context, enough func(*settings) bool) error {
	ctx, cancel := context.WithTimeoutCause(ctx, readyTime, ErrNoNetwork)
	defer cancel()
	for {
		set, changed := o.known()
		if enough(&set) {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// known returns the settings that the stack has, and what is closed when it has others.
func (o own) known() (settings, <-chan struct{}) {
	o.loop.Lock()
	defer o.loop.Unlock()
	return o.adopted, o.changed
}

// connOf returns no connection with an error.
func connOf[C net.Conn](c C, err error) (net.Conn, error) {
	if err != nil {
		return nil, err
	}
	return c, nil
}
