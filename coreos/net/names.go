package net

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync"
)

// ErrNoNames is the refusal to look a name up: this machine knows nobody to ask.
var ErrNoNames = errors.New("this machine knows no server of names: want an address of numbers, " +
	"a network whose DHCP names a server, or the app net with --nameserver")

// namesPort is where servers of names listen.
const namesPort = 53

// lookUp returns the addresses of a host. That which names none is the machine itself. Names are
// whole: nothing is put behind them.
func (o own) lookUp(ctx context.Context, network, host string) ([]netip.Addr, error) {
	ip, err := parseHost(network, host)
	switch {
	case err == nil && (!ip.IsValid() || ip.IsUnspecified()):
		return []netip.Addr{netip.AddrFrom4([4]byte{127, 0, 0, 1})}, nil
	case err == nil:
		return []netip.Addr{ip}, nil
	}
	err = o.await(ctx, func(s *settings) bool {
		return len(s.Names) > 0 || s.reaches(netip.IPv4Unspecified()) // DHCP names both at once
	})
	set, _ := o.known()
	switch {
	case ctx.Err() != nil:
		return nil, err
	case len(set.Names) == 0:
		return nil, ErrNoNames
	}
	version := network[len("tcp"):] // "", "4" or "6"
	whole := strings.TrimSuffix(host, ".") + "."
	found, err := o.resolver(set.Names).LookupNetIP(ctx, "ip"+version, whole)
	if dns := (*net.DNSError)(nil); errors.As(err, &dns) {
		dns.Name, dns.Server = host, fmt.Sprint(set.Names)
	}
	far := func(ip netip.Addr) bool { return !ip.Unmap().IsLoopback() && !set.reaches(ip.Unmap()) }
	if near := slices.DeleteFunc(slices.Clone(found), far); len(near) > 0 {
		found = near
	}
	return found, err
}

// resolver returns the standard library's resolver, for which each server that it believes to know
// is one of those given.
func (o own) resolver(servers []netip.Addr) *net.Resolver {
	var mu sync.Mutex
	var believed []string
	return &net.Resolver{
		PreferGo: true,
		Dial: func(ctx context.Context, network, address string) (net.Conn, error) {
			mu.Lock()
			i := slices.Index(believed, address)
			if i < 0 {
				i = len(believed)
				believed = append(believed, address)
			}
			mu.Unlock()
			return o.dial(ctx, network, netip.AddrPortFrom(servers[i%len(servers)], namesPort))
		},
	}
}
