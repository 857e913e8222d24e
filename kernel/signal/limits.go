package signal

const (
	// SignalsMax is the highest signal of Linux: one bit each in a word.
	SignalsMax = 64

	// stackBytesMin is the least that Linux takes as a signal stack: MINSIGSTKSZ.
	stackBytesMin = 2048

	// redZoneBytes below the stack pointer may be in use (System V ABI for AMD64, 3.2.2).
	redZoneBytes = 128
)
