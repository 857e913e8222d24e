package virtio

import (
	"encoding/binary"

	"skerry/coreos/net/card"
)

// A header lies before each frame (5.1.6).
const (
	headerFlags    = 0
	headerSegment  = 1
	headerBytes    = 2 // of the frame's headers
	headerSize     = 4 // of each segment
	headerStart    = 6 // of what the checksum covers
	headerOffset   = 8 // of the checksum there
	headerBuffers  = 10
	netHeaderBytes = 12
	flagNeedsSum   = 1
	flagSumValid   = 2
	segmentNone    = 0
	segmentTCP4    = 1
	segmentTCP6    = 4
	segmentUDP     = 5
	segmentECN     = 0x80 // or'ed: TCP's congestion bit is set; nothing depends on it
	vlanBytes      = 4    // a frame may have them besides
)

// writeHeader makes the header of a frame that is to be sent.
func writeHeader(h *[netHeaderBytes]byte, f *card.Frame) {
	*h = [netHeaderBytes]byte{}
	little := binary.LittleEndian
	if f.NeedsChecksum {
		h[headerFlags] = flagNeedsSum
		little.PutUint16(h[headerStart:], f.ChecksumStart)
		little.PutUint16(h[headerOffset:], f.ChecksumOffset)
	}
	switch f.Segment {
	case card.TCP4:
		h[headerSegment] = segmentTCP4
	case card.TCP6:
		h[headerSegment] = segmentTCP6
	case card.UDP:
		h[headerSegment] = segmentUDP
	default:
		return
	}
	little.PutUint16(h[headerBytes:], f.HeaderBytes)
	little.PutUint16(h[headerSize:], f.SegmentBytes)
}

// readHeader adds what a header says to a frame that arrived; false if it makes no sense there, or
// says what was not agreed on.
func (n *Net) readHeader(h *[netHeaderBytes]byte, f *card.Frame) bool {
	little, size := binary.LittleEndian, len(f.Bytes)
	flags := h[headerFlags]
	f.ChecksumValid = flags&flagSumValid != 0
	if flags&flagNeedsSum != 0 {
		f.NeedsChecksum = true
		f.ChecksumStart = little.Uint16(h[headerStart:])
		f.ChecksumOffset = little.Uint16(h[headerOffset:])
		if int(f.ChecksumStart)+int(f.ChecksumOffset)+2 > size {
			return false
		}
	}
	if (f.ChecksumValid || f.NeedsChecksum) && !n.device.has(featureReceiveChecksum) {
		return false
	}
	switch kind := h[headerSegment] &^ segmentECN; {
	case kind == segmentNone:
		return size <= frameMin+n.mtu+vlanBytes
	case kind == segmentTCP4 && n.device.has(featureReceiveTCP4):
		f.Segment = card.TCP4
	case kind == segmentTCP6 && n.device.has(featureReceiveTCP6):
		f.Segment = card.TCP6
	default:
		return false
	}
	f.HeaderBytes, f.SegmentBytes = little.Uint16(h[headerBytes:]), little.Uint16(h[headerSize:])
	return f.SegmentBytes > 0 && int(f.HeaderBytes) < size
}
