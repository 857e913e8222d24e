package main

import (
	"sync/atomic"
	"unsafe"

	com "skerry/kernel/commons"
	"skerry/kernel/layout"
	"skerry/kernel/manifest"
	"skerry/kernel/phys"
	"skerry/kernel/thread"
)

// Constants for assembly, in go_asm.h.
const (
	manifestAt        = layout.Manifest
	bootTables        = layout.BootTables
	driverAt          = layout.Driver
	stackTop          = layout.StackTop0
	vectorCall        = thread.VectorCall
	selectorData      = layout.SelectorData
	selectorCode      = layout.SelectorCode
	selectorUserData  = layout.SelectorUserData
	selectorUserCode  = layout.SelectorUserCode
	manifestCommons   = unsafe.Offsetof(manifest.Manifest{}.Commons)   // SAFETY: a constant.
	manifestCores     = unsafe.Offsetof(manifest.Manifest{}.Cores)     // SAFETY: a constant.
	manifestCore      = unsafe.Offsetof(manifest.Manifest{}.Core)      // SAFETY: a constant.
	manifestCoreBytes = unsafe.Sizeof(manifest.Core{})                 // SAFETY: a constant.
	manifestDataStart = unsafe.Offsetof(manifest.Manifest{}.DataStart) // SAFETY: a constant.
	manifestDataFile  = unsafe.Offsetof(manifest.Manifest{}.DataFile)  // SAFETY: a constant.
	manifestDataEnd   = unsafe.Offsetof(manifest.Manifest{}.DataEnd)   // SAFETY: a constant.
	coreBase          = unsafe.Offsetof(manifest.Core{}.Base)          // SAFETY: a constant.
	coreTables        = unsafe.Offsetof(manifest.Core{}.Tables)        // SAFETY: a constant.
	coreSize          = unsafe.Offsetof(manifest.Core{}.Size)          // SAFETY: a constant.
	commonsLocal      = unsafe.Offsetof(com.Block{}.Local)             // SAFETY: a constant.
	traceEvents       = com.TraceEvents
	traceCount        = unsafe.Offsetof(com.Trace{}.Count)     // SAFETY: a constant.
	traceEvent        = unsafe.Offsetof(com.Trace{}.Event)     // SAFETY: a constant.
	frameBytes        = unsafe.Sizeof(thread.Frame{})          // SAFETY: a constant.
	frameVector       = unsafe.Offsetof(thread.Frame{}.Vector) // SAFETY: a constant.
)

// Defined in entry_amd64.s.
var syscallAt uint64

// seen returns where physical memory is seen.
// SAFETY: the direct map lies outside of Go's heap, which does not exist; what is not mapped in it
// faults.
func seen(at uint64) unsafe.Pointer { return unsafe.Add(unsafe.Pointer(nil), layout.DirectMap+at) }

// image returns the manifest.
// SAFETY: the image writer puts it there, and it never changes.
func image() *manifest.Manifest { return (*manifest.Manifest)(seen(layout.Manifest)) }

// commons returns the block that drivers share.
// SAFETY: the manifest tells where it is; any bytes are a valid Block.
func commons() *com.Block { return (*com.Block)(seen(image().Commons)) }

// readMMIO reads a device's register; the load is atomic so that each read in the source is one.
// SAFETY: the direct map has the interrupt controllers' pages.
// ORDER: pairs with the device.
func readMMIO(at uint64) uint32 { return atomic.LoadUint32((*uint32)(seen(at))) }

// writeMMIO writes a device's register.
// SAFETY and ORDER: as readMMIO. A plain store is not reordered with others of its kind: the page
// is uncached (Intel SDM volume 3, 12.3).
func writeMMIO(at uint64, value uint32) { *(*uint32)(seen(at)) = value }

// mapFixed makes a physical page appear at layout.FixedPage.
// SAFETY: the entry is in this core's own table of the driver's pages.
func mapFixed(page uint64) {
	const index = (layout.FixedPage - layout.Driver) / layout.PageBytes
	const present, writable, noExecute = 1, 2, 1 << 63
	table := myself().Base + layout.TableDriver*layout.PageBytes
	*(*uint64)(seen(table + index*8)) = page | present | writable | noExecute
	invlpg(layout.FixedPage)
	fixedAt = page
}

// fixedByte returns a byte of the page at layout.FixedPage.
// SAFETY: offset is below a page, and mapFixed was called.
func fixedByte(offset uint64) uint64 {
	return uint64(*(*byte)(unsafe.Add(unsafe.Pointer(nil), layout.FixedPage+offset)))
}

// fixedWord makes the page of a register appear, and returns where the register is.
// SAFETY: the address is a multiple of 4, so the word is in the page.
func fixedWord(at uint64) *uint32 {
	mapFixed(at &^ (layout.PageBytes - 1))
	return (*uint32)(unsafe.Add(unsafe.Pointer(nil), layout.FixedPage+at%layout.PageBytes&^3))
}

// addressOf returns where something of the driver's is.
// SAFETY: nothing moves in ring 0.
func addressOf[T any](v *T) uintptr { return uintptr(unsafe.Pointer(v)) }

// frameEnd returns the end of a thread's frame: the stack for entries from ring 3.
func frameEnd(th *thread.Thread) uint64 { return uint64(addressOf(&th.Frame)) + uint64(frameBytes) }

// Compile errors here mean that assembly knows an event otherwise.
var (
	_ = [1]struct{}{}[unsafe.Sizeof(com.Event{})-32]       // SAFETY: a constant.
	_ = [1]struct{}{}[com.TraceEvents&(com.TraceEvents-1)] // a power of two
)

// copyTrampoline puts the code with which other processors start where they look for it.
func copyTrampoline() {
	move(uintptr(seen(layout.Trampoline)), uintptr(seen(layout.Entry+layout.TrampolineOffset)),
		layout.TrampolineBytes)
}

// memory is physical memory, through the direct map; startInstance sets its base.
var memory = phys.Memory{Zero: zeroMemory, Move: moveMemory}

// SAFETY: package phys passes what lies in the memory.
func zeroMemory(p unsafe.Pointer, bytes uint64) { zero(uintptr(p), bytes) }

// SAFETY: package phys passes what lies in the memory.
func moveMemory(to, from unsafe.Pointer, bytes uint64) { move(uintptr(to), uintptr(from), bytes) }

// bytesOf returns the address and length of text.
// SAFETY: nothing moves in ring 0.
func bytesOf(b []byte) (uintptr, uint64) {
	return uintptr(unsafe.Pointer(unsafe.SliceData(b))), uint64(len(b))
}

// kvmTimePhysical returns the physical address of kvmTime: the driver's data has the same offsets
// in the core's range as in virtual memory.
func kvmTimePhysical() uint64 { return myself().Base + uint64(addressOf(&kvmTime)) - layout.Driver }

// readKVMTime reads what KVM wrote.
// ORDER: the loads are atomic so that they are made, in order; pairs with the hypervisor's stores.
func readKVMTime() (version, multiplier, shift uint32) {
	return atomic.LoadUint32(&kvmTime[0]), atomic.LoadUint32(&kvmTime[6]),
		atomic.LoadUint32(&kvmTime[7])
}
