package linux

import (
	"syscall"
	"unsafe"
)

// onHost makes a call of the machine that the test runs on. An argument is an int, a path or
// memory.
func onHost(number uint64, args ...any) int64 {
	var words [6]uintptr
	var kept [6]*byte // SAFETY: the garbage collector finds here what words point to.
	for i, a := range args {
		switch a := a.(type) {
		case int:
			words[i] = uintptr(a)
		case string:
			kept[i] = unsafe.StringData(a + "\x00") // SAFETY: read up to the zero.
		case []byte:
			kept[i] = unsafe.SliceData(a) // SAFETY: the call is told the size, or has a fixed one.
		}
		if kept[i] != nil {
			words[i] = uintptr(unsafe.Pointer(kept[i])) // SAFETY: heap memory does not move.
		}
	}
	n, _, e := syscall.Syscall6(uintptr(number), words[0], words[1], words[2], words[3],
		words[4], words[5])
	leak(kept)
	if e != 0 {
		return -int64(e)
	}
	return int64(n)
}

// leak makes the compiler believe that what it is given lives on.
//
//go:noinline
func leak([6]*byte) {}
