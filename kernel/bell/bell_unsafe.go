package bell

import (
	"unsafe"

	"golang.org/x/sys/unix"

	"skerry/kernel"
)

// Ring and Take never block, so they go past the scheduler: to tell it of a system call would
// cost more than the call, most of all right after waking up.

// Ring adds one to the counter of an eventfd. An error means that nobody waits there any more.
func Ring(fd int) {
	one := uint64(1)
	// SAFETY: the kernel reads 8 bytes of one, which lives until the call returns.
	unix.RawSyscall(unix.SYS_WRITE, uintptr(fd), uintptr(unsafe.Pointer(&one)), 8)
}

// Take sets the counter of a bell's file to zero, and tells whether it was more.
func Take(fd int) bool {
	var count uint64
	// SAFETY: the kernel writes 8 bytes to count, which lives until the call returns.
	size, _, errno := unix.RawSyscall(
		unix.SYS_READ, uintptr(fd), uintptr(unsafe.Pointer(&count)), 8)
	return errno == 0 && size == 8
}

// Now returns the present time of this host or machine: CLOCK_MONOTONIC.
func Now() kernel.Instant { return kernel.Instant(nanotime()) }

// nanotime reads CLOCK_MONOTONIC in nanoseconds, without a system call. Unlike what package time
// offers it counts from the clock's own zero, which all processes share.
//
//go:linkname nanotime runtime.nanotime
func nanotime() int64
