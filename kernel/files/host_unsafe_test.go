package files

import (
	"syscall"
	"unsafe"
)

// addressOf returns where memory is.
func addressOf(b []byte) uint64 {
	return uint64(uintptr(unsafe.Pointer(unsafe.SliceData(b)))) // SAFETY: b is mapped: it stays.
}

// resident returns how many pages of a range take memory: mincore(2).
func resident(start, size uint64) (pages uint64) {
	vector := make([]byte, (size+page-1)/page)
	syscall.Syscall(syscall.SYS_MINCORE, uintptr(start), uintptr(size),
		uintptr(unsafe.Pointer(unsafe.SliceData(vector)))) // SAFETY: a byte for each page.
	for _, b := range vector {
		pages += uint64(b & 1)
	}
	return pages
}
