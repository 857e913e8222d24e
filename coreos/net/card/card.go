// Package card is what lies between a network stack and a network card: frames and the few calls
// that move them. Drivers implement Card, coreos/net uses it; neither knows the other.
//
// A card belongs to one goroutine at a time, as the loop of its core does.
package card

import "skerry/kernel"

// Segmentation says how a card cuts a frame that is longer than its MTU into several.
type Segmentation uint8

// The segmentations.
const (
	None Segmentation = iota
	TCP4              // TCP over IPv4
	TCP6              // TCP over IPv6
	UDP               // UDP, one datagram a segment
)

// Frame is one Ethernet frame, with what is left to the card when it is sent, or was checked by it
// when it arrived.
type Frame struct {
	// Bytes is all from the Ethernet header on. It is valid until the call returns.
	Bytes []byte

	// NeedsChecksum says that the ones' complement sum of Bytes[ChecksumStart:] is still to be put
	// at ChecksumStart + ChecksumOffset, where the sum of the pseudo header is. Of a frame that
	// arrived it says that the sum was never made, since the frame never left the machine: its
	// content is right.
	NeedsChecksum                 bool
	ChecksumStart, ChecksumOffset uint16

	// ChecksumValid says that the card checked the transport's sum of a frame that arrived.
	ChecksumValid bool

	// Segment says that this frame stands for several, each with SegmentBytes of payload behind
	// HeaderBytes of headers, counted from the Ethernet header on.
	Segment                   Segmentation
	SegmentBytes, HeaderBytes uint16
}

// Offloads is a set of what TrySend leaves to a card.
type Offloads uint8

// The offloads.
const (
	Checksums Offloads = 1 << iota // NeedsChecksum
	CutTCP4                        // Segment TCP4; with it, Checksums
	CutTCP6
	CutUDP
)

// Source is what a driver may offer beyond kernel.Core: a card that is no kernel.Device, as tests
// have it.
type Source interface {
	// CardCores returns the cores that may open the card, ascending.
	CardCores() []kernel.CoreID

	// OpenCard opens the card for the rest of this core's life. Error: kernel.ErrTaken, if a living
	// core has it.
	OpenCard() (Card, error)
}

// Card is a network card.
type Card interface {
	// Address returns the Ethernet address.
	Address() [6]byte

	// MTU returns the most bytes behind the Ethernet header of a frame that is not cut.
	MTU() int

	// Offloads returns what TrySend accepts.
	Offloads() Offloads

	// TrySend copies a frame, to be sent at the next Flush or before; false: there is no room now,
	// or the card is closed. A frame that is too long, or wants an offload that the card has not,
	// is dropped and counted.
	TrySend(f Frame) bool

	// Flush lets the card know of the frames that TrySend took. To tell a card may cost more than
	// to make a frame, so this is for many.
	Flush()

	// Receive hands over at most limit frames that arrived and returns how many. Frames that a
	// card passes on uncut, as they came from another one of the same host, have Segment set.
	Receive(limit int, take func(Frame)) int

	// Arm asks for an interrupt, which acts as a kick of this core, at the next frame; false: there
	// is one already.
	Arm() bool

	// Err returns nil, or why the card does nothing any more: it broke the rules, or was closed.
	Err() error

	// Close stops the card.
	Close()
}
