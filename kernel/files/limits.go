package files

import "skerry/kernel/manifest"

// Limits. Names are as long as Linux allows; slots lie in the driver's data, 56 bytes each.
const (
	NameMax  = 255
	slotsMax = 256

	nameRoom = 256 // of a slot's frame, before its index
)

// What a Node has room for.
var (
	_ = [1<<16 - pathMax]struct{}{}
	_ = [1<<32 - slotsMax - manifest.FilesMax]struct{}{}
)

const pathMax = 4096
