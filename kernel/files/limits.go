package files

import "skerry/kernel/manifest"

// Limits. Names are as long as in the image; slots lie in the driver's data, 64 bytes each: for the
// image's files and folders, and for those of the instance's own.
const (
	NameMax  = manifest.NameMax
	slotsMax = manifest.FilesMax + 512
)
