package main

import (
	"sync/atomic"
	"unsafe"

	"skerry/kernel/commons"
	"skerry/kernel/drivercall"
	"skerry/kernel/layout"
	"skerry/kernel/thread"
)

// Types whose fields assembly knows, by go_asm.h.
type (
	area      drivercall.Area
	frame     thread.Frame
	registers thread.Registers
)

// Constants for assembly, in go_asm.h.
const (
	areas      = layout.Areas - unsafe.Sizeof(area{}) // SAFETY: a constant: thread 0's.
	areaShift  = 14
	vectorCall = thread.VectorCall
	callReturn = drivercall.Return
	flags      = 1<<9 | 1<<1 // of a program in a call: interrupts, and the bit that is always 1
)

// A compile error here means that assembly finds areas elsewhere than the driver.
var (
	_ = [1]struct{}{}[layout.AreaBytes-1<<areaShift]
	_ = [1]struct{}{}[unsafe.Offsetof(frame{}.Registers)] // SAFETY: a constant.
)

// areaOf returns a thread's area.
// SAFETY: the driver has mapped one for each thread that there can be.
func areaOf(id thread.ID) *drivercall.Area {
	return (*drivercall.Area)(unsafe.Add(unsafe.Pointer(nil), drivercall.AreaAt(id)))
}

// clock returns the page that the driver fills in before an instance starts.
// SAFETY: the driver has mapped it there.
func clock() *commons.Clock {
	return (*commons.Clock)(unsafe.Add(unsafe.Pointer(nil), layout.Clock))
}

// word returns a word of the page at layout.Pulse.
// SAFETY: the driver has mapped it there, and the words are aligned.
func word(offset uint64) *uint64 {
	return (*uint64)(unsafe.Add(unsafe.Pointer(nil), layout.Pulse+offset))
}

// addressOf returns where something is.
// SAFETY: nothing moves here.
func addressOf[T any](v *T) uint64 { return uint64(uintptr(unsafe.Pointer(v))) }

// startOf returns the address of bytes.
// SAFETY: nothing moves here.
func startOf(b []byte) uint64 { return uint64(uintptr(unsafe.Pointer(unsafe.SliceData(b)))) }

// ORDER: the driver adds to it in between; pairs with ring and input of package process.
func rings() uint64 { return atomic.LoadUint64(word(layout.PulseRings)) }

// ORDER: as rings.
func events() uint64 { return atomic.LoadUint64(word(layout.PulseEvents)) }

// wake counts an event, and ends all waits for one.
// ORDER: pairs with the driver's look at the word in the wait's system call.
func wake() {
	atomic.AddUint64(word(layout.PulseEvents), 1)
	call(sysFutex, layout.Pulse+layout.PulseEvents, futexWake, all, 0)
}
