package net

import (
	"flag"
	"fmt"
	"io"
	"net/netip"

	"skerry/coreos"
	"skerry/coreos/net/packet"
)

// App returns the app that does nothing but be part of the machine's network: on a core that drives
// the network card and serves nobody. By its arguments the machine has addresses, and servers of
// names, that it need not ask for.
func App() coreos.App {
	return coreos.App{Name: "net", Run: func(s *coreos.OS) error {
		set, err := parseArgs(s.Args())
		if err != nil {
			return err
		}
		n, err := Of(s)
		if err != nil {
			return err
		}
		if o, ok := n.sockets.(own); ok && len(set.Addresses)+len(set.Names) > 0 {
			o.configure(set)
		}
		select {}
	}}
}

// parseArgs takes the app's arguments.
func parseArgs(args []string) (set settings, err error) {
	flags := flag.NewFlagSet("net", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.Func("address", "an address of the machine, as in 10.0.2.15/24", func(text string) error {
		p, err := netip.ParsePrefix(text)
		set.Addresses = append(set.Addresses, p)
		return err
	})
	flags.Func("gateway", "the neighbour by which others are reached", func(s string) error {
		g, err := netip.ParseAddr(s)
		set.Gateways = append(set.Gateways, g)
		return err
	})
	flags.Func("nameserver", "a server that is asked for names", func(text string) error {
		s, err := netip.ParseAddr(text)
		if err == nil && !packet.IsHost(s) {
			err = fmt.Errorf("%v: want the address of one machine", s)
		}
		set.Names = append(set.Names, s)
		return err
	})
	err = flags.Parse(args)
	if err == nil && (flags.NArg() > 0 || len(set.Addresses) > addressesMax/2 ||
		len(set.Names) > namesMax) {
		err = fmt.Errorf("arguments %q: want no others, and at most %d addresses and %d servers "+
			"of names", args, addressesMax/2, namesMax)
	}
	if err != nil {
		return set, fmt.Errorf("coreos/net: %w: usage: "+
			"net [--address IP/BITS]… [--gateway IP]… [--nameserver IP]…", err)
	}
	return set, nil
}

// configure gives the machine addresses that it need not ask for.
func (n *node) configure(set settings) {
	n.loop.Lock()
	defer n.loop.Unlock()
	n.claim.set = set
	if n.driver != nil {
		n.driver.configure()
	}
	n.flush()
}
