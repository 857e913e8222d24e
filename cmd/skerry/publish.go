package main

import (
	"fmt"
	"io"
	"net"
	"slices"
	"strconv"
	"strings"

	"skerry/kernel/hosted"
	"skerry/tools/machine"
)

// publication is a port of the machine, and the one of the host that stands for it.
type publication struct {
	app string // that serves it, or ""
	machine.Port
	host uint16
}

// Ports of the host that nobody asked for: the machine's own where users may have it, or so much
// above.
const (
	privilegedPorts = 1024
	publishAbove    = 8000
)

// addPublication takes a --publish.
func (o *options) addPublication(text string) error {
	host, port, _ := strings.Cut(text, ":")
	n, err := strconv.ParseUint(host, 10, 16)
	if err != nil || n == 0 {
		return fmt.Errorf("%q: want HOST:PORT/tcp or HOST:PORT/udp", text)
	}
	p := publication{host: uint16(n)}
	if p.Port, err = machine.ParsePort(port); err != nil {
		return err
	}
	o.publish = append(o.publish, p)
	return nil
}

// publications returns the ports that the machine is to have on the host: those that the command
// line says, and those that apps serve.
func (o *options) publications(m *machine.Machine) (list []publication, err error) {
	for _, p := range o.publish {
		if taken(list, p) || !free(p.Network, p.host) {
			return nil, fmt.Errorf("skerry: --publish %d:%v: the host's port is taken: want one "+
				"that is free", p.host, p.Port)
		}
		list = append(list, p)
	}
	for i, app := range m.Apps {
		if !slices.ContainsFunc(m.On, func(apps []int) bool { return slices.Contains(apps, i) }) {
			continue
		}
		for _, port := range app.Ports {
			same := func(p publication) bool { return p.Port == port }
			if i := slices.IndexFunc(list, same); i >= 0 {
				list[i].app = app.Name
				continue
			}
			p, err := choose(list, publication{app: app.Name, Port: port})
			if err != nil {
				return nil, err
			}
			list = append(list, p)
		}
	}
	return list, nil
}

// choose gives a publication a port of the host.
func choose(list []publication, p publication) (publication, error) {
	for _, host := range []int{int(p.Number), publishAbove + int(p.Number)} {
		if p.host = uint16(host); host >= privilegedPorts && host < 1<<16 && !taken(list, p) &&
			free(p.Network, p.host) {
			return p, nil
		}
	}
	for {
		var err error
		if p.host, err = anyPort(p.Network); err != nil || !taken(list, p) {
			return p, err
		}
	}
}

// taken tells whether the list has the host's port already.
func taken(list []publication, p publication) bool {
	return slices.ContainsFunc(list, func(other publication) bool {
		return other.Network == p.Network && other.host == p.host
	})
}

// free tells whether nobody has a port of the host.
func free(network string, port uint16) bool {
	_, err := bind(network, port)
	return err == nil
}

// anyPort returns a port of the host that nobody had a moment ago.
func anyPort(network string) (uint16, error) {
	port, err := bind(network, 0)
	if err != nil {
		return 0, fmt.Errorf("skerry: a port for %s: %w", network, err)
	}
	return port, nil
}

// bind takes a port for a moment; 0 stands for any.
func bind(network string, port uint16) (uint16, error) {
	address := fmt.Sprintf("127.0.0.1:%d", port)
	if network == "udp" {
		c, err := net.ListenPacket(network, address)
		if err != nil {
			return 0, err
		}
		defer c.Close()
		return uint16(c.LocalAddr().(*net.UDPAddr).Port), nil
	}
	l, err := net.Listen(network, address)
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return uint16(l.Addr().(*net.TCPAddr).Port), nil
}

// tell prints where the host has what the machine serves.
func tell(list []publication, out io.Writer) {
	for _, p := range list {
		app, where := p.app, fmt.Sprintf("127.0.0.1:%d", p.host)
		switch {
		case app == "":
			app = "port " + p.Port.String()
		case p.Network == "udp":
			where += " (UDP)"
		case p.Number == webPort:
			where = "http://" + where + "/"
		}
		fmt.Fprintf(out, "skerry: %s: %s\n", app, where)
	}
}

// webPort is where browsers look.
const webPort = 80

// hostedPorts returns the publications for a machine on hosted.
func hostedPorts(list []publication) (ports []hosted.Port) {
	for _, p := range list {
		ports = append(ports, hosted.Port{Network: p.Network, Port: p.Number, Host: p.host})
	}
	return ports
}
