package echo

import "time"

const (
	// connectionsMax bounds the connections that a core answers at once: with their buffers and
	// those of the network, they take a few MiB.
	connectionsMax = 256

	// streamBytes is what is read at once from a connection, packetBytesMax from UDP: a packet is
	// never longer.
	streamBytes    = 4 << 10
	packetBytesMax = 64 << 10

	// patience is how long a connection may be silent, or take nothing.
	patience = time.Minute

	// pause is how long echo waits when the network refuses, as without memory.
	pause = 10 * time.Millisecond
)
