package hosted

import (
	"errors"
	"fmt"
	"syscall"

	"golang.org/x/sys/unix"

	"skerry/kernel"
)

// Port is a port of the machine that the host has under a number of its own.
type Port struct {
	Network string // "tcp" or "udp"
	Port    uint16 // of the machine
	Host    uint16
}

// Steering is what Config.Steer makes: files of Linux's by which cores share a port.
type Steering interface {
	Array() int   // a reuseport_sockarray, with an element for each core
	Program() int // a program that is attached to the sockets
	Close()
}

// portRecord tells a core of a published port.
type portRecord struct {
	Port
	Array, Program int // files; 0: nothing steers
}

var _ kernel.HostPorts = (*Core)(nil)

// HostPort implements kernel.HostPorts.
func (c *Core) HostPort(network string, port uint16) uint16 {
	if p := c.port(network, port); p != nil {
		return p.Host
	}
	return port
}

// Steer implements kernel.HostPorts.
func (c *Core) Steer(network string, port uint16, socket syscall.RawConn) error {
	p := c.port(network, port)
	if p == nil || p.Program == 0 {
		return fmt.Errorf("hosted: port %d/%s: %w", port, network, kernel.ErrNotSteered)
	}
	var err error
	e := socket.Control(func(fd uintptr) {
		if err = putSocket(p.Array, c.boot.Core.Index(), fd); err != nil {
			return
		}
		err = unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_ATTACH_REUSEPORT_EBPF, p.Program)
	})
	if err = errors.Join(e, err); err != nil {
		return fmt.Errorf("hosted: steer port %d/%s: %w", port, network, err)
	}
	return nil
}

// port returns what the core knows of a published port, or nil.
func (c *Core) port(network string, port uint16) *portRecord {
	for i := range c.ports {
		if p := &c.ports[i]; p.Network == network && p.Port.Port == port {
			return p
		}
	}
	return nil
}

// makeSteering loads a program for each published port, if there are cores to choose from.
func (m *Machine) makeSteering() {
	if m.config.Steer == nil || m.config.Cores < 2 {
		return
	}
	for _, p := range m.config.Ports {
		s, err := m.config.Steer(m.config.Cores)
		if err != nil {
			m.config.Warn(fmt.Sprintf("%v: Linux chooses a core for each connection to port %d/%s",
				err, p.Port, p.Network))
			return
		}
		m.steering = append(m.steering, s)
	}
}

// portRecords returns the published ports for a boot record, and adds their files to the list.
func (m *Machine) portRecords(list *fileList) (records []portRecord) {
	for i, p := range m.config.Ports {
		r := portRecord{Port: p}
		if i < len(m.steering) {
			s := m.steering[i]
			r.Array, r.Program = list.add(s.Array()), list.add(s.Program())
		}
		records = append(records, r)
	}
	return records
}

// checkPorts refuses ports that are none.
func checkPorts(ports []Port) error {
	if len(ports) > portsMax {
		return fmt.Errorf("hosted: %d ports: want at most %d", len(ports), portsMax)
	}
	for _, p := range ports {
		if p.Network != "tcp" && p.Network != "udp" || p.Port == 0 || p.Host == 0 {
			return fmt.Errorf("hosted: port %d/%s as %d of the host: want tcp or udp, and ports "+
				"from 1", p.Port, p.Network, p.Host)
		}
	}
	return nil
}
