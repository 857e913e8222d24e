package main

import (
	"syscall"
	"unsafe"

	"skerry/kernel/thread"
)

// floats reads or writes the traced process's FPU state.
func (r *rig) floats(request uintptr, fx *thread.FX) {
	_, _, e := syscall.Syscall6(syscall.SYS_PTRACE, request, uintptr(r.pid), 0,
		uintptr(unsafe.Pointer(fx)), 0, 0) // SAFETY: an FX is a struct user_fpregs_struct.
	if e != 0 {
		r.Fatalf("ptrace %d: %v", request, e)
	}
}
