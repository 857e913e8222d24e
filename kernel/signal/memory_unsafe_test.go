package signal

import (
	"fmt"
	"runtime/debug"
	"strings"
	"syscall"
	"testing"
	"unsafe"
)

// memory returns the addresses of a stack and of a signal stack, between pages that are none.
func memory(t testing.TB) (stack, alt uint64) {
	b, err := syscall.Mmap(-1, 0, stackBytes+altBytes+3*page, syscall.PROT_NONE,
		syscall.MAP_PRIVATE|syscall.MAP_ANON)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { syscall.Munmap(b) })
	const altOffset = page + stackBytes + page
	for _, part := range [][]byte{b[page:][:stackBytes], b[altOffset:][:altBytes]} {
		if err := syscall.Mprotect(part, syscall.PROT_READ|syscall.PROT_WRITE); err != nil {
			t.Fatal(err)
		}
	}
	at := uint64(uintptr(unsafe.Pointer(&b[0]))) // SAFETY: a mapping does not move.
	return at + page, at + altOffset
}

// faults does something, and tells whether that used what is not memory.
func faults(do func()) (faulted bool) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		switch e := recover(); {
		case e == nil:
		case strings.Contains(fmt.Sprint(e), "invalid memory address"):
			faulted = true
		default:
			panic(e)
		}
	}()
	do()
	return false
}

// bytes returns the process's memory.
func (r *rig) bytes(at uint64, n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = *in[byte](at + uint64(i))
	}
	return b
}

// put writes to the process's memory; what is not memory stays so. It tells whether all of it was.
func put[T any](at uint64, v T) bool { return !faults(func() { *in[T](at) = v }) }

// registers returns the bytes of a thread's XMM registers.
// SAFETY: within the FX area.
func (th *actor) registers() []byte {
	return (*[512]byte)(unsafe.Pointer(&th.area.FX))[160:416]
}

// get reads the process's memory, and tells whether it is.
func get[T any](at uint64) (v T, ok bool) {
	ok = !faults(func() { v = *in[T](at) })
	return v, ok
}
