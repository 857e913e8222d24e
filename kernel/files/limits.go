package files

import "skerry/kernel/manifest"

// Limits. Names are as long as Linux allows; slots lie in the driver's data, 72 bytes each: for the
// image's files and the directories that they are in, and for files of the instance's own.
const (
	NameMax  = 255
	slotsMax = manifest.FilesMax + manifest.FoldersMax + 512

	nameRoom = 256 // of a slot's frame, before its index
)
