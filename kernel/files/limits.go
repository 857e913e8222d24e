package files

import "skerry/kernel/layout"

// Limits.
const (
	ImageMax = 512 // files and folders of an image, the root and /tmp among them
	NameMax  = 255 // bytes of a name in its folder, as many as Linux allows

	// slotsMax bounds all files and folders: the image's, and the instance's own.
	slotsMax = layout.TemporaryMax

	// reserveBytes of the instance's memory are left for its other needs: more than what is written
	// at once takes, whose pages are counted before they are touched (linux.transferMax).
	reserveBytes = 2 << 20
)
