package resp

import "math"

// Limits of the protocol, as in Redis.
const (
	// BulkBytesMax bounds one argument and one value (proto-max-bulk-len).
	BulkBytesMax = 512 << 20
	// argsMax bounds the arguments that a command may announce.
	argsMax = math.MaxInt32
	// lineBytesMax bounds an inline command and each line that gives a length
	// (PROTO_INLINE_MAX_SIZE).
	lineBytesMax = 64 << 10
	// smallDigits is how many digits a number has at most that is below all limits.
	smallDigits = 8
)

const _ = uint(BulkBytesMax - 99_999_999) // smallDigits times 9

// Limits of what a reader holds.
const (
	// bufferBytesMin is a connection's buffer at first.
	bufferBytesMin = 4 << 10
	// bufferBytesKept is how large a buffer may stay when it is empty.
	bufferBytesKept = 16 << 10
	// fewArgs is how many words a command may have to be taken apart at once.
	fewArgs = 8
	// argBytes is what an argument costs beside its bytes: two slice headers.
	argBytes = 48
)
