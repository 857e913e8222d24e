package linux

import "unsafe"

// A program's memory is used as it is, by addresses that the program gives; what cannot be accessed
// faults, and Faulted is called. For that, no access may be one that Go refuses itself.

// load reads from the program's memory.
// SAFETY: T has no pointers; the processor refuses what is not mapped.
func load[T any](at uint64) T { return *(*T)(pointer(at)) }

// store writes to the program's memory.
// SAFETY: as load.
func store[T any](at uint64, v T) { *(*T)(pointer(at)) = v }

// bytesAt returns up to transferMax bytes of the program's memory, to be accessed at once: another
// thread may unmap them.
// SAFETY: as load.
func bytesAt(at, size uint64) []byte {
	if size == 0 {
		return nil
	}
	return (*[transferMax]byte)(pointer(at))[:min(size, transferMax)]
}

// bytesOf returns the memory of a value that has no pointers.
func bytesOf[T any](v *T) []byte {
	return unsafe.Slice((*byte)(unsafe.Pointer(v)), unsafe.Sizeof(*v)) // SAFETY: as long as v.
}

// SAFETY: see load.
func pointer(at uint64) unsafe.Pointer { return unsafe.Add(unsafe.Pointer(nil), at) }
