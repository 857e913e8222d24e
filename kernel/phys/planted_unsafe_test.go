package phys

import "unsafe"

func noZero(unsafe.Pointer, uint64) {} // SAFETY: touches nothing.
