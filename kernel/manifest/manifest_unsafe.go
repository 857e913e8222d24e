package manifest

import (
	"unsafe"

	"skerry/kernel/layout"
)

// Bytes is the size of a manifest.
const Bytes = uint64(unsafe.Sizeof(Manifest{})) // SAFETY: a constant; nothing is cast.

// A negative index, and so a compile error, means that a manifest does not fit its place.
var _ = [layout.BootTables - layout.Manifest - Bytes]struct{}{}
