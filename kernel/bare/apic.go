package main

import (
	"math/bits"

	"skerry/kernel/layout"
)

// Vectors.
const (
	vectorTimer    = 0x20
	vectorSerial   = 0x24
	vectorDevice   = 0x30 // of the first device; the others' follow
	vectorKick     = 0xf0 // rings the instance's bell
	vectorMail     = 0xf1 // there is an order in the mail
	vectorOutput   = 0xf2 // there is text for the console
	vectorSpurious = 0xff
)

// Registers of the local APIC. Intel SDM volume 3, 11.4.1; in x2APIC mode register r is model
// specific register 0x800 + r/16.
const (
	apicID       = 0x20
	apicEOI      = 0xb0
	apicSpurious = 0xf0
	apicCommand  = 0x300
	apicTarget   = 0x310
	apicTimer    = 0x320
	apicLINT0    = 0x350
	apicInitial  = 0x380
	apicCurrent  = 0x390
	apicDivide   = 0x3e0
)

// Commands to other processors. Intel SDM volume 3, 11.6.1.
const (
	commandFixed   = 0x4000
	commandNMI     = 0x4400
	commandInit    = 0x4500
	commandStartup = 0x4600 | layout.Trampoline>>12
	commandPending = 1 << 12
)

const (
	apicBaseEnable = 1 << 11
	apicBaseX2     = 1 << 10
	apicOn         = 1 << 8
	apicMasked     = 1 << 16
	divideByOne    = 0xb
)

// x2apic tells whether the local APIC is reached by model specific registers.
var x2apic bool

// setAPIC turns the local APIC on, and takes no interrupts of the legacy controller.
func setAPIC() {
	const pic0, pic1 = 0x21, 0xa1
	out8(pic0, 0xff)
	out8(pic1, 0xff)
	_, _, features, _ := cpuid(1, 0)
	x2apic = has(features, featureX2APIC)
	if x2apic {
		wrmsr(msrAPICBase, rdmsr(msrAPICBase)|apicBaseEnable|apicBaseX2)
	}
	writeAPIC(apicSpurious, apicOn|vectorSpurious)
	interruptDone() // the last life may have ended in an interrupt
	writeAPIC(apicLINT0, apicMasked)
	writeAPIC(apicDivide, divideByOne)
	writeAPIC(apicTimer, vectorTimer)
}

func readAPIC(register uint64) uint32 {
	if x2apic {
		return uint32(rdmsr(msrX2APIC + uint32(register>>4)))
	}
	return readMMIO(layout.LocalAPIC + register)
}

func writeAPIC(register uint64, value uint32) {
	if x2apic {
		wrmsr(msrX2APIC+uint32(register>>4), uint64(value))
		return
	}
	writeMMIO(layout.LocalAPIC+register, value)
}

// localID returns this processor's id.
func localID() uint64 {
	id := readAPIC(apicID)
	if x2apic {
		return uint64(id)
	}
	return uint64(id >> 24)
}

// target is the processor that the last command went to, or none.
var target = noTarget

const noTarget = ^uint64(0)

// command sends an interrupt, or another command, to a core.
func command(core uint64, what uint32) {
	id := commons().Local[core%layout.CoresMax] - 1
	if x2apic {
		wrmsr(msrX2APIC+apicCommand>>4, id<<32|uint64(what))
		return
	}
	if id != target {
		target = id
		writeMMIO(layout.LocalAPIC+apicTarget, uint32(id)<<24)
	}
	writeMMIO(layout.LocalAPIC+apicCommand, what)
	for range commandPollsMax {
		if readMMIO(layout.LocalAPIC+apicCommand)&commandPending == 0 {
			return
		}
	}
}

// interruptDone lets the next interrupt come. A spurious one is not in service, and no harm done.
func interruptDone() {
	if x2apic {
		wrmsr(msrX2APIC+apicEOI>>4, 0)
		return
	}
	writeMMIO(layout.LocalAPIC+apicEOI, 0)
}

// setTimer lets the timer's interrupt come at the time, or as late as the timer can.
func setTimer(at, now uint64) {
	writeAPIC(apicInitial, timerCount(at, now, commons().Clock.Timer))
}

// timerCount returns the timer's count for a time, with so many counts per nanosecond, times 2³².
func timerCount(at, now, scale uint64) uint32 {
	high, low := bits.Mul64(max(at, now+timerNanosMin)-now, scale)
	return uint32(min(max(high<<32|low>>32, 1), 1<<32-1))
}
