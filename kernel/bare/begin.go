package main

import (
	"sync/atomic"

	"skerry/kernel/cap"
	com "skerry/kernel/commons"
	"skerry/kernel/layout"
	"skerry/kernel/manifest"
)

var me uint64 // this core

// myself returns what the manifest says of this core.
func myself() *manifest.Core { return &image().Core[me%layout.CoresMax] }

// status returns a core's line.
func status(core uint64) *com.Status { return &commons().Status[core%layout.CoresMax] }

// state returns what a core is doing.
// ORDER: pairs with the stores to State in startLife and finish.
func state(core uint64) com.State {
	return com.State(atomic.LoadUint64((*uint64)(&status(core).State)))
}

// running tells whether a core is alive.
func running(core uint64) bool { return state(core) == com.Running }

// begin is a life: hardware, instance, and the other cores if this is the machine's first life.
// Entry assembly calls it and then continues the current thread.
func begin(core, info uint64) {
	me = core
	traceAt = &commons().Trace[core%layout.CoresMax]
	setSegments()
	setAPIC()
	if info != 0 {
		startMachine(info)
	}
	startLife()
	setCalls()
	kickable = myself().May[cap.Kick] & (1<<commons().Clock.Cores - 1) &^ (1 << core)
	startInstance()
	announce()
	if info != 0 {
		startOthers()
	}
	expire()
	change(nil)
}

// startMachine prepares what cores have in common.
func startMachine(info uint64) {
	clearCommons()
	c := commons()
	c.Local[0] = localID() + 1
	c.Console = 1 // this core's
	c.Clock.Cores = image().Cores
	timed := calibrate()
	takeConsole(1)
	if !timed {
		refuse(newLine().text("clock: found no interval timer to measure by: want one (PIT)"))
	}
	c.Clock.Wall = readWall()
	checkMachine(info)
	greet()
	if image().Devices != 0 {
		findDevices(info)
	}
}

// greet writes the first line of the boot log.
func greet() {
	l := newLine().text("skerry: ").number(commons().Clock.Cores, 1).text(" cores, ").
		number(1_000<<32/commons().Clock.Scale, 1).text(" MHz time stamps, ")
	if x2apic {
		l.text("x2APIC")
	} else {
		l.text("xAPIC")
	}
	if commons().Clock.Wall == 0 {
		l.text(", no real-time clock")
	}
	l.mention()
	if !hasRandom() {
		newLine().text("random numbers: from the time only, this processor has no RDRAND").say()
	}
}

// clearCommons makes the commons and the windows zero, as after power-on, if this is a warm start.
// The windows of other cores are not in this one's direct map.
func clearCommons() {
	if commons().Started != 0 {
		clearPages(image().Commons, layout.BlockBytes)
		clearPages(image().Windows, layout.WindowsCount(image().Cores)*layout.BlockBytes)
	}
	commons().Started = 1
}

// clearPages zeroes pages of physical memory.
func clearPages(at, size uint64) {
	for end := at + size; at < end; at += layout.PageBytes {
		mapFixed(at)
		zero(layout.FixedPage, layout.PageBytes)
	}
}

// checkMachine refuses a machine that is not what the image was made for.
func checkMachine(info uint64) {
	m := image()
	if read32(info) != startMagic {
		refuse(newLine().text("loader: found start information of ").hex(read32(info)).
			text(": want the PVH boot protocol, ").hex(startMagic))
	}
	for c := range m.Cores {
		core := &m.Core[c%layout.CoresMax]
		if memoryIn(info, core.Base, core.Base+core.Bytes) < core.Bytes {
			refuse(newLine().text("memory: found ").mega(memoryIn(info, 0, m.Need)).
				text(": want ").mega(m.Need).text(" for ").number(m.Cores, 1).text(" cores"))
		}
	}
	found := findCores(info)
	if found > m.Cores {
		refuse(newLine().text("processors: found ").number(found, 1).text(": want at most ").
			number(m.Cores, 1).text(", the cores that the image was made for"))
	}
	commons().Clock.Cores = found
}

// refuse ends the machine with a reason.
func refuse(reason *line) {
	reason.say()
	powerOff(1)
}

// announce writes the line of this core in the boot log.
func announce() {
	l := newLine().text("core ").number(me, 1).text(" runs, ").mega(myself().Bytes)
	if n := status(me).Incarnation; n > 1 {
		l.text(", life ").number(n, 1)
	}
	l.mention()
}

// startOthers sends the other cores on their way. They come up by themselves, in any order.
func startOthers() {
	copyTrampoline()
	for c := uint64(1); c < commons().Clock.Cores; c++ {
		startup(c)
	}
}
