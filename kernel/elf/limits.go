package elf

// Limits of a program.
const (
	SegmentsMax = 16 // Go's linker makes 3 or 4, C's up to 6
	headersMax  = 64 // of all kinds
)
