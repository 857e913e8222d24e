package drivercall

import "unsafe"

const areaSize = uint64(unsafe.Sizeof(Area{})) // SAFETY: a constant; nothing is cast.

// A compile error here means that an Area at the end of its room is not aligned.
var _ = [1]struct{}{}[areaSize%16]
