package pingpong

import "skerry/msgpass"

//go:generate go run skerry/msgpass/idl/idlgen pong.go

// Pong answers pings and takes streams.
//
//idl:interface
type Pong interface {
	// Ping answers with the number it got.
	Ping(seq uint64) (back uint64)
	// Take takes one message of a stream; the first one has the number 0.
	Take(seq uint64)
	// Load takes a payload in the channel's bulk pool.
	Load(payload msgpass.Descriptor)
	// Total answers how many messages of the stream came in their order, and how many bytes of bulk
	// payload, since the last Total.
	Total() (messages uint64, bytes uint64)
}
