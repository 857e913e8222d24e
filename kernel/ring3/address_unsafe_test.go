package ring3

import "unsafe"

// addressOf returns where memory lies.
func addressOf(memory []byte) uint64 {
	// SAFETY: memory is mapped, not Go's, and its address is only compared or mapped back.
	return uint64(uintptr(unsafe.Pointer(unsafe.SliceData(memory))))
}
