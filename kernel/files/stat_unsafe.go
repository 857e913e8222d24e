package files

import "unsafe"

// A compile error here means that Stat is not as Linux has it.
var _ = [1]struct{}{}[unsafe.Sizeof(Stat{})-statBytes] // SAFETY: a constant.

const statBytes = 144

// Bytes returns the memory of a Stat.
func (s *Stat) Bytes() []byte {
	// SAFETY: the struct has no padding and no pointers, and is as large as the array.
	return (*[statBytes]byte)(unsafe.Pointer(s))[:]
}
