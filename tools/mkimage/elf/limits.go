package elf

import "skerry/kernel/manifest"

// Limits of a program.
const (
	SegmentsMax = manifest.SegmentsMax
	headersMax  = 64 // of all kinds
)
