package drivercall

import "unsafe"

// Places in an Area.
const (
	AreaFrame = uint64(unsafe.Offsetof(Area{}.Frame)) // SAFETY: a constant; nothing is cast.
	AreaID    = uint64(unsafe.Offsetof(Area{}.ID))    // SAFETY: as above.
	areaSize  = uint64(unsafe.Sizeof(Area{}))         // SAFETY: as above.
)

// A compile error here means that an Area at the end of its room is not aligned.
var _ = [1]struct{}{}[areaSize%16]
