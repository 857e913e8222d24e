package signal

import "unsafe"

// in returns what is in the process's memory.
// SAFETY: the types that it is used for have no pointers. What is not memory faults when it is
// used; Faulted is for that.
func in[T any](address uint64) *T { return (*T)(unsafe.Add(unsafe.Pointer(nil), address)) }
