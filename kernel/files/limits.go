package files

import "skerry/kernel/manifest"

// Limits. Names are as long as Linux allows; slots lie in the driver's data, 64 bytes each: for the
// image's files and folders, and for those of the instance's own.
const (
	NameMax  = 255
	slotsMax = manifest.FilesMax + 512
)
