package net

// envelope is what one core tells another about a packet that it hands over.
//
//	bit 0     the packet stays within the machine
//	bit 1     the checksum of TCP is made, or does not matter; else the card is to make it
//	bits 16   bytes of payload in each segment that the card is to cut the packet into; 0: none
type envelope uint64

const (
	loops envelope = 1 << iota
	checked

	segmentShift = 16
)

// cut returns an envelope for a packet that stands for several.
func (e envelope) cut(segmentBytes uint16) envelope {
	return e | envelope(segmentBytes)<<segmentShift
}

// segmentBytes returns the size of segments; 0: the packet is not to be cut.
func (e envelope) segmentBytes() uint16 { return uint16(e >> segmentShift) }
