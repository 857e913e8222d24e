// Package commons is the one block of memory that the CPU drivers of a machine share. Instances
// cannot see it, but for the clock, which they may read. Every word has one writer at a time, and
// there is no lock.
//
//	offset     size              what                        written by
//	0x00_0000  4 KiB             Clock                       core 0, before others start
//	0x00_1000  64 × 64 B         Status, one a core          its core; who fenced it, when dead
//	0x00_2000  64 × 64 × 64 B    Mail, [to][from]           its sender; its receiver clears it
//	0x04_2000  64 × 4 KiB        epitaph.Page, one a core   as Status
//	0x08_2000  64 × 8 KiB        Output, one a core          its core; taken by the console's core
//	0x10_2000  64 × 8224 B       Trace, one a core          its core
//	0x18_2800  64 × 8 B          Local, one a core          core 0, before others start
//	0x18_2a00  64 × 8 B          Exit, one a core           its core
//	0x18_2c00  8 B               Console                    the console's core; its heir
//	0x18_2c08  8 B               Started                    core 0
//	0x18_2c10  8 × 152 B         Device                     core 0, before others start; Holder:
//	                                                        who claims it
package commons

import (
	"skerry/kernel/epitaph"
	"skerry/kernel/layout"
)

// Block is the whole.
type Block struct {
	Clock  Clock
	_      [layout.PageBytes - clockBytes]byte
	Status [layout.CoresMax]Status
	Mail   [layout.CoresMax][layout.CoresMax]Mail
	Last   [layout.CoresMax]epitaph.Page
	Output [layout.CoresMax]Output
	Trace  [layout.CoresMax]Trace

	Local   [layout.CoresMax]uint64 // local APIC id of the core's processor, plus 1
	Exit    [layout.CoresMax]uint64 // exit status of the core's last life
	Console uint64                  // the core that has the console, plus 1
	Started uint64                  // 1 once the machine has started: a warm start finds it so
	Device  [layout.DevicesMax]Device
}

const clockBytes = 40

// Clock turns the processor's time stamp counter into time: nanoseconds since the machine's start
// are (TSC − Start) · Scale / 2³², in 128 bits.
type Clock struct {
	Start uint64 // TSC at time 0
	Scale uint64 // nanoseconds per tick, times 2³²
	Wall  uint64 // nanoseconds from 1970 UTC to time 0; 0: not known
	Timer uint64 // counts of the local APIC's timer per nanosecond, times 2³²
	Cores uint64 // cores that the machine has
}

// State is what a core is doing.
type State uint64

// The states of a core.
const (
	Off State = iota // its processor waits for its start, the first or after a reset
	Running
	Dead // its processor halts, and an NMI starts it
)

// Status is the line on which a core says how it is.
type Status struct {
	State       State
	Incarnation uint64 // the present life, or the last one
	Ended       uint64 // the last life that ended; its epitaph is readable
	Pulse       uint64 // timer ticks of this life: a core that does not count them is silent
	Since       uint64 // nanoseconds, when the present life began
	Frames      uint64 // pages of memory in use by the instance
	FramesMax   uint64
	Calls       uint64 // system calls of this life
}

// Order is what one driver asks of another.
type Order uint64

// The orders. NoOrder means that the line is free.
const (
	NoOrder Order = iota
	OrderStart
	OrderStop
	OrderSilence // stop: you have been silent
	OrderFault   // fault in ring 0: a test of the watchdogs
	OrderHang    // spin in ring 0 with interrupts off: likewise
)

// Mail is a message line between two drivers. The sender writes an order over what is there; the
// receiver takes it by an exchange with NoOrder.
type Mail struct {
	Order Order
	_     [7]uint64
}

// OutputBytes is the room for text on its way to the console.
const OutputBytes = 8192 - 128

// Output is a ring of text. Head and Tail count bytes without end; a byte's place is its number
// modulo OutputBytes.
type Output struct {
	Head uint64 // written: by the core
	_    [7]uint64
	Tail uint64 // taken: by the console's core
	_    [7]uint64
	Text [OutputBytes]byte
}

// TraceEvents is the number of events that a trace holds; the last ones.
const TraceEvents = 256

// Trace is a ring of events.
type Trace struct {
	Count uint64 // of all events ever written; the next one's place is Count % TraceEvents
	_     [3]uint64
	Event [TraceEvents]Event
}

// Event is one thing that a driver did.
type Event struct {
	At   uint64 // TSC
	Kind Kind
	A, B uint64 // see Kind
}

// Kind says what an event is.
type Kind uint64

// The kinds of events; kernel/ring3 has their names, tools/gdb too.
const (
	NoEvent        Kind = iota
	EventLife           // A: incarnation
	EventCall           // A: number, B: first argument
	EventUnknown        // a call that is not served. A: number, B: how many of that number
	EventFault          // page fault. A: address, B: error code
	EventTrap           // another exception. A: vector, B: instruction
	EventInterrupt      // A: vector
	EventSwitch         // A: to thread
	EventOrder          // A: order, B: from core
	EventDeath          // A: core, B: incarnation
	EventIdle           // the processor halts
)

// Bus says how a device is attached.
type Bus uint64

// The buses. The zero bus means that the machine does not have the device.
const (
	NoBus Bus = iota
	MMIO
	PCI
)

// ConfigRange is the index of a PCI device's configuration space among its ranges.
const ConfigRange = layout.DeviceRanges - 1

// Device is what the machine has of a device that the manifest names. Addresses are physical.
type Device struct {
	Holder Holder
	Bus    Bus
	Line   uint64 // MMIO: of the I/O APIC
	MSIX   uint64 // PCI: where the capability is in configuration space
	Table  uint64 // PCI: the first entry of the table of messages
	Range  [layout.DeviceRanges]Range
}

// Range is a range of registers.
type Range struct{ At, Bytes uint64 }

// Holder is a life of a core that drives a device: 0, or the core plus 1, and the life from bit 8
// on.
type Holder uint64

// MakeHolder returns the holder for a life of a core.
func MakeHolder(core, life uint64) Holder { return Holder(life<<8 | core + 1) }

// Core returns the holder's core, if there is one.
func (h Holder) Core() uint64 { return uint64(h&0xff) - 1 }

// Life returns the life of that core.
func (h Holder) Life() uint64 { return uint64(h >> 8) }
