package hosted

import (
	"time"

	"skerry/kernel"
)

const (
	// CoresMax is the most cores of a machine. There is a window for each pair: 2016 files and
	// 4 GiB of memory at 64 cores, and both grow with the square. Huge pages are taken all at
	// once, small ones when they are touched.
	CoresMax = 64

	// argsBytesMax bounds a program's arguments, which each core holds a copy of.
	argsBytesMax = 64 << 10

	// bootBytesMax bounds a boot record: the arguments as JSON, where a byte takes six at most,
	// and a few numbers a peer and a port.
	bootBytesMax = 8*argsBytesMax + 256*CoresMax + 128*portsMax

	// portsMax bounds the published ports of a machine.
	portsMax = 64

	// messageBytesMax bounds a packet on the control socket. The longest carries an error's text.
	messageBytesMax = 4096
	errorBytesMax   = 512

	// pageMiB is the size of a huge page. poolPercentMax is how much of the host's available memory
	// may become huge pages: a window of small pages takes memory only where it is used.
	pageMiB        = kernel.WindowBytes >> 20
	poolPercentMax = 25

	// poolLooksMax is how often the pool's size is read before it counts as too restless.
	poolLooksMax = 100

	// crashBytesMax is how much of a crash is read: the reason stands behind a line for each
	// goroutine.
	crashBytesMax = 4 << 20

	// wakeCost is what blocking in Wait and being woken costs, about: 5 µs on a host's own CPU,
	// 20 µs where a halted virtual CPU has to be woken. Whoever spins for it wastes half at most.
	wakeCost = 20 * time.Microsecond
)

// A compile error here means that an error's text, escaped as JSON, may not fit into a message.
var _ [messageBytesMax - 6*errorBytesMax - 512]struct{}
