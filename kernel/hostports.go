package kernel

import (
	"errors"
	"syscall"
)

// ErrNotSteered is the refusal of Steer where the driver has no say in it: the port is not
// published, or the host does not allow it.
var ErrNotSteered = errors.New("kernel: the host chooses among the cores by itself")

// HostPorts is what a driver may offer beyond Core: the sockets of the host that it runs on, which
// then are the machine's network. Hosted does.
type HostPorts interface {
	// HostPort returns the port of the host that stands for a port of the machine, for "tcp" or
	// "udp": the one that it is published as, or itself if it is not published.
	HostPort(network string, port uint16) uint16

	// Steer has the cores share what comes to a port of the machine. The socket is this core's: it
	// was bound to the HostPort with SO_REUSEPORT, and listens if it is for "tcp". Errors:
	// ErrNotSteered; others of the host.
	Steer(network string, port uint16, socket syscall.RawConn) error
}
