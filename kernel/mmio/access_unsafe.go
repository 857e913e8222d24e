package mmio

import (
	"sync/atomic"
	"unsafe"
)

// An access is one instruction that only loads, or only stores: an exchange, which is what Go makes
// of an atomic store on x86-64, would read a register too. The functions that use plain ones are
// not inlined, so that the compiler cannot join, repeat or move them; the processor keeps loads in
// order, and stores (Intel SDM volume 3, 9.2.2).

// at returns where an access goes.
// SAFETY: its callers only use so many bytes there.
func (r *Range) at(offset, bytes int) unsafe.Pointer {
	r.check(offset, bytes)
	// SAFETY: check has seen that all bytes lie in the memory.
	return unsafe.Add(unsafe.Pointer(unsafe.SliceData(r.memory)), offset)
}

// Load8 implements kernel.Registers.
//
//go:noinline
func (r *Range) Load8(offset int) uint8 {
	return *(*uint8)(r.at(offset, 1)) // SAFETY: at has checked it.
}

// Load16 implements kernel.Registers.
//
//go:noinline
func (r *Range) Load16(offset int) uint16 {
	return *(*uint16)(r.at(offset, 2)) // SAFETY: at has checked it.
}

// Load32 implements kernel.Registers.
func (r *Range) Load32(offset int) uint32 {
	// SAFETY: at has checked it.
	// ORDER: acquires what the device wrote before; pairs with the device.
	return atomic.LoadUint32((*uint32)(r.at(offset, 4)))
}

// Load64 implements kernel.Registers.
func (r *Range) Load64(offset int) uint64 {
	// SAFETY: at has checked it.
	// ORDER: as Load32.
	return atomic.LoadUint64((*uint64)(r.at(offset, 8)))
}

// Store8 implements kernel.Registers.
//
//go:noinline
func (r *Range) Store8(offset int, value uint8) {
	*(*uint8)(r.at(offset, 1)) = value // SAFETY: at has checked it.
}

// Store16 implements kernel.Registers.
//
//go:noinline
func (r *Range) Store16(offset int, value uint16) {
	*(*uint16)(r.at(offset, 2)) = value // SAFETY: at has checked it.
}

// Store32 implements kernel.Registers.
//
//go:noinline
func (r *Range) Store32(offset int, value uint32) {
	*(*uint32)(r.at(offset, 4)) = value // SAFETY: at has checked it.
}

// Store64 implements kernel.Registers.
//
//go:noinline
func (r *Range) Store64(offset int, value uint64) {
	*(*uint64)(r.at(offset, 8)) = value // SAFETY: at has checked it.
}

// Fence implements kernel.Registers.
func (r *Range) Fence() {
	var word uint32
	// ORDER: an exchange is a full fence on x86-64 (Intel SDM volume 3, 9.2.3.9); it pairs with the
	// device's own, between what it writes and its look at whether to interrupt.
	atomic.SwapUint32(&word, 1)
}
