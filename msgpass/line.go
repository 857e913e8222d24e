package msgpass

import "sync/atomic"

// LineBytes is the size of a line: the unit in which caches pass memory between cores.
const LineBytes = 64

// PayloadWords is the number of 8-byte words of payload in a line, PayloadBytes their size.
const (
	PayloadWords = 7
	PayloadBytes = PayloadWords * 8
)

// headerWord is the index of the header in a line.
const headerWord = PayloadWords

// Line is the memory of one line. Its first PayloadWords words are the message; the last one is the
// header, which Publish and Release alone write.
type Line [8]uint64

// Header is the last word of a line. The zero header means that the line holds no message.
type Header uint64

// Flags of a header.
const (
	flagPresent   = Header(1) << 28 // set in every header, so that none is zero
	FlagReply     = Header(1) << 29 // the message answers one with the same tag
	flagContinued = Header(1) << 30 // a further line of a longer message
	flagUnused    = Header(1) << 31 // always zero
)

// sizeMask bounds the size that a header can hold.
const sizeMask = 1<<12 - 1

// MakeHeader returns the header of a message of the given type, with size bytes of payload, at most
// MessageBytesMax, and a tag that means something to the two ends only.
func MakeHeader(kind uint16, size int, tag uint32) Header {
	return Header(kind) | Header(size&sizeMask)<<16 | flagPresent | Header(tag)<<32
}

// Type returns the message's type. The types below TypeFirst are the channel's own.
func (h Header) Type() uint16 { return uint16(h) }

// Size returns the bytes of payload, in all lines of the message.
func (h Header) Size() int { return int(h>>16) & sizeMask }

// Tag returns the tag.
func (h Header) Tag() uint32 { return uint32(h >> 32) }

// IsReply tells whether the message answers another one.
func (h Header) IsReply() bool { return h&FlagReply != 0 }

// lines returns how many lines the message spans, at least one.
func (h Header) lines() int { return max(1, (h.Size()+PayloadBytes-1)/PayloadBytes) }

// ifCall returns h if it can stand in a call slot, as a reply or (reply = 0) as a request; else
// zero.
func (h Header) ifCall(reply Header) Header {
	const flags = flagPresent | FlagReply | flagContinued | flagUnused
	if h&flags != flagPresent|reply || h.Size() > PayloadBytes {
		return 0
	}
	return h
}

// sound tells whether h can head a message.
func (h Header) sound() bool {
	return h&(flagPresent|flagContinued|flagUnused) == flagPresent && h.Size() <= MessageBytesMax
}

// header reads the line's header, once.
func (l *Line) header() Header {
	// ORDER: acquires the payload; pairs with publish.
	return Header(atomic.LoadUint64(&l[headerWord]))
}

// publish hands the line over with its payload. ORDER: pairs with header.
func (l *Line) publish(h Header) { storeOrdered(&l[headerWord], uint64(h)) }
