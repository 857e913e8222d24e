package sim

import "time"

// CoresMax is the largest machine.
const CoresMax = 1024

// WallMax is the virtual time after which a run without an end of its own has failed.
const WallMax = 10 * time.Minute

// linger is how long, after the end of a machine, goroutines of dead lives may still come to a
// driver call, and end there. Later ones stay blocked for good, which costs nothing but their
// memory.
const linger = time.Second

// Limits of a Net.
const (
	// RingMax is how many messages wait in a channel unless the Config says otherwise: the default
	// ring of msgpass has room for about as many.
	RingMax = 64
	// BodyMax is the longest message. Protocol messages are small; longer payloads are bulk.
	BodyMax = 4096
	// EventsMax is how many events may be under way at once; more means a protocol that explodes.
	EventsMax = 1 << 22

	_ = uint(EventsMax - CoresMax*CoresMax) // compile-time: one message on each channel fits
)
