package signal

import (
	"unsafe"

	"skerry/kernel/layout"
)

// within tells whether so many bytes from an address on can be memory of the instance.
func within(address, bytes uint64) bool { return address < layout.UserEnd-bytes }

// in returns what is in the instance's memory.
// SAFETY: the caller has asked within, so it is nothing of the driver's. It may not be memory:
// then its use faults, which Faulted is for.
func in[T any](address uint64) *T { return (*T)(unsafe.Add(unsafe.Pointer(nil), address)) }
