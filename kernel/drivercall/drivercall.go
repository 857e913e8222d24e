// Package drivercall is what an instance can ask of the CPU driver beyond Linux's system calls. A
// call is made like one of those: number in RAX, arguments in RDI, RSI, RDX; the result in RAX, or
// an error number of Linux, negated. Nothing here is for programs: kernel/ring3 turns it into the
// contract of package kernel, and kernel/libos into Linux's system calls.
package drivercall

import (
	"skerry/kernel/layout"
	"skerry/kernel/thread"
)

// The calls. Structures are written to where the instance points; a bad pointer gets EFAULT, a core
// that does not exist ENODEV, and what package cap does not allow EPERM.
const (
	First    = 0x1000
	Info     = First + iota - 1 // (*Facts) 0
	Kick                        // (core) 0
	Start                       // (core) 0, EALREADY if it runs; the core starts a little later
	Stop                        // (core) 0, ESRCH if it does not run; the core ends a little later
	Notice                      // (*Death) 1, or 0 if there is none that was not told yet
	Epitaph                     // (core, *epitaph.Page) 1, or 0 if there is none
	Die                         // (cause epitaph.Cause, *byte, length) does not return
	Status                      // (core, *commons.Status) 0
	Trace                       // (core, *commons.Trace) 0
	Provoke                     // (core, commons.Order) 0: OrderFault and OrderHang only
	PowerOff                    // (status) does not return, unless refused
	Console                     // () 1 if this core has the console, else 0
	Device                      // (device, *Hardware) 0; ENODEV for all that there are not
	Claim                       // (device) 0; EBUSY while a living core drives it

	// What the libOS needs. Of a frame, the driver takes the registers, IP, SP and as much of Flags
	// as an instance may choose.
	Spawn     // (*thread.Frame, FS base or ^0: the same) the new thread; EAGAIN: there are enough
	Return    // (*thread.Frame) does not return: the thread goes on so
	Interrupt // (thread) 0; ESRCH. Its wait ends with EINTR, and it comes to the libOS
	Exists    // (thread) 0; ESRCH
	Kill      // (signal, *thread.Frame, address) does not return: a signal ends the process there
	Read      // (*byte, size) how much the console had, 0: nothing yet; EPIPE: it has ended
	Write     // (*byte, size) how much the console took, up to the page's end; 0: it is full
	Random    // (*byte, size <= SeedBytes) 0: random numbers, for a seed
	Memory    // (*[2]uint64) 0: the bytes of memory that the instance has, and that it uses
	Sample    // (nanoseconds) 0: the running thread comes to the libOS so often; 0: no longer
	Unknown   // (number, count) 0: the trace tells that a call was not served, and how often
	Last      = Unknown
)

// SeedBytes is the most that a call of Random gives.
const SeedBytes = 64

// Bell is the file that becomes readable by a kick or a notice: 8 bytes, as of an eventfd.
const Bell = "/dev/skerry/bell"

// Area is what the libOS has of a thread: AreaAt tells where. The driver writes Frame, Address and
// Reason when it sends the thread to manifest.Libos.Upcall.
type Area struct {
	FX      thread.FX    // by FXSAVE: aligned to 16 bytes
	Frame   thread.Frame // with which the thread is to go on
	Address uint64       // of a page fault
	Reason  Reason
	ID      thread.ID // the libOS's, as what follows
	Due     uint64    // 1: look for signals before the thread goes on
}

// Reason says why a thread comes to the libOS, other than by a system call.
type Reason uint64

// The reasons.
const (
	Exception   Reason = 1 + iota // Frame has its vector and its error code; see below
	Interrupted                   // by Interrupt
	Sampled                       // by Sample
)

// A page fault's error code has these bits. The first one tells that there is something at the
// address, but not for this use. Without the second, it was the processor's own access.
const (
	ErrorRights = 1 << 0
	ErrorUser   = 1 << 2
)

// AreaAt returns where the Area of a thread is: at the end of its layout.AreaBytes.
func AreaAt(id thread.ID) uint64 {
	return layout.Areas + uint64(id)*layout.AreaBytes - areaSize
}

// Facts is what a core is told of itself.
type Facts struct {
	Core, Cores  uint64
	Incarnation  uint64
	WakeNanos    uint64                  // what blocking and being woken costs, about
	MemoryBytes  uint64                  // of the core's instance
	StartedNanos uint64                  // when this life began
	Window       [layout.CoresMax]uint64 // the address of the window to each core, 0: none
}

// Death is a notice.
type Death struct {
	Core, Incarnation, Cause uint64
}

// Hardware is a device.
type Hardware struct {
	Kind    uint64 // as manifest.Device
	Cores   uint64 // that may claim it: a set
	Bus     uint64 // as commons.Bus; NoBus: the machine does not have it
	Holder  uint64 // the core that drives it, plus 1; 0: none that lives
	Address uint64 // of its memory, for the device

	// Where the instance that drives it has its ranges of registers, and their sizes; 0: none.
	Range [layout.DeviceRanges]struct{ At, Bytes uint64 }
}

// MemoryAt returns where the instance that drives a device has the device's memory.
func MemoryAt(device uint64) uint64 {
	return layout.Devices + device*layout.DeviceBlocks*layout.BlockBytes
}

// RangeAt returns where it has a range of registers that is at a physical address.
func RangeAt(device, index, physical uint64) uint64 {
	return MemoryAt(device) + (1+index)*layout.BlockBytes + physical%layout.PageBytes
}
