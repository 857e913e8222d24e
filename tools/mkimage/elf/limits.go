package elf

import "skerry/kernel/manifest"

// Limits of a program.
const (
	SharedMax   = 4 // those that an image adds for each: the libOS's, and the files
	SegmentsMax = manifest.SegmentsMax - SharedMax
	headersMax  = 64 // of all kinds
)
