// Package manifest is what an image says of itself, at a fixed physical address: the cores, the
// memory and the programs. The image writer fills it in; CPU drivers only read it.
// All addresses are physical.
package manifest

import "skerry/kernel/layout"

// Magic is "SKERRY" and the layout's version; the first word of a manifest.
const Magic = 0x5952_5245_4b53_0001

// Limits of an image.
const (
	OperationsMax = 9
	ProgramsMax   = 16
	SegmentsMax   = 16 // Go's linker makes 3 or 4, C's up to 6; the libOS's and the files' follow
)

// Manifest is the whole.
type Manifest struct {
	Magic    uint64
	ImageEnd uint64 // the first byte that the image does not fill, a multiple of a block
	Commons  uint64 // the block that the drivers share
	Windows  uint64 // the first window; those of layout.WindowIndex follow each other
	Need     uint64 // bytes of memory that a machine needs for all cores
	Stub     uint64 // the page mapped at layout.Stub
	VDSO     uint64 // the pages mapped at layout.VDSO
	VDSOSize uint64
	Gates    uint64 // the interrupt descriptor table

	// The driver's data: virtual addresses, multiples of a word.
	DataStart uint64 // from here on each core has its own copy; a page boundary
	DataFile  uint64 // up to here there are values; zeros follow
	DataEnd   uint64

	Libos Libos

	Quiet         uint64 // 1: drivers do not tell of ordinary lives, a program has the console
	SilentTicks   uint64 // an instance is silent after so many ticks without a pulse
	SilentSeconds uint64 // a core is silent after so long without a tick

	Cores    uint64
	Programs uint64
	Devices  uint64
	Core     [layout.CoresMax]Core
	Program  [ProgramsMax]Program
	Device   [layout.DevicesMax]Device
}

// Core is one core of the machine.
type Core struct {
	Base    uint64 // its private range
	Bytes   uint64
	Tables  uint64 // the template of its kernel page tables
	Size    uint64 // of the template, in bytes
	Program uint64 // index of the program that it runs

	// What its instance may do: by operations of package cap, sets of objects, a bit for each.
	May [OperationsMax]uint64
}

// Program is a static ELF file, as it is loaded, with the libOS and the image's files, and what it
// finds on its stack.
type Program struct {
	Entry             uint64 // virtual
	Stack, StackBytes uint64 // up to layout.StackTop
	Segments          uint64
	Segment           [SegmentsMax]Segment // upwards, no two in one page
}

// Libos has virtual addresses of the libOS, whose segments each program has among its own.
type Libos struct {
	Call               uint64 // where a system call goes that the driver does not serve
	Upcall             uint64 // where an exception goes, and an interruption
	Fault              uint64 // where an exception of the libOS itself goes
	Tail, TailEnd      uint64 // the last instructions of a call, which can begin again
	TextStart, TextEnd uint64 // all of its instructions
}

// Segment is a range of pages, all within [layout.UserStart, layout.Windows). Its first FileBytes
// lie from Source on, a multiple of a page; the rest are zeros.
type Segment struct {
	Start, End        uint64 // virtual
	Source, FileBytes uint64
	Prot              uint64 // bits of Linux's PROT_*
}

// Device is a device that the machine may have.
type Device struct {
	Kind   uint64 // the number of its kind in the virtio standard
	Cores  uint64 // set of cores that may drive it
	Memory uint64 // a block that it reads and writes, and nobody else but who drives it
}

// Kinds of devices: virtio 1.2, 5.
const (
	KindNet    = 1
	KindRandom = 4
	KindsMax   = 5
)

// KindName returns the name of a kind in machine.toml, or "".
func KindName(kind uint64) string {
	switch kind {
	case KindNet:
		return "virtio-net"
	case KindRandom:
		return "virtio-rng"
	}
	return ""
}
