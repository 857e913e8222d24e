package main

import (
	"sync/atomic"

	"skerry/kernel/cap"
	com "skerry/kernel/commons"
	"skerry/kernel/drivercall"
	"skerry/kernel/epitaph"
	"skerry/kernel/errno"
	"skerry/kernel/layout"
	"skerry/kernel/phys"
	"skerry/kernel/thread"
)

// driverCall serves what the instance asks of the driver beyond Linux's calls.
func driverCall(f *thread.Frame) int64 {
	switch f.AX {
	case drivercall.Kick:
		if f.DI < layout.CoresMax && kickable>>f.DI&1 != 0 {
			command(f.DI, commandFixed|vectorKick)
			return 0
		}
	case drivercall.Info:
		return copyOut(f.DI, tellFacts())
	case drivercall.Notice:
		return nextNotice(f.DI)
	case drivercall.Die:
		return dieByCall(f)
	case drivercall.Console:
		if hasConsole() {
			return 1
		}
		return 0
	case drivercall.Device:
		return tellDevice(f.DI, f.SI)
	case drivercall.Claim:
		return claim(f.DI)
	case drivercall.Read:
		return readConsole(f.DI, f.SI)
	case drivercall.Write:
		return writeConsole(f.DI, f.SI)
	case drivercall.Random:
		return copySeed(f.DI, f.SI)
	case drivercall.Unknown:
		trace(com.EventUnknown, f.DI, f.SI)
		return 0
	}
	return callOn(f)
}

// callOn serves a call that does something to a core or to the machine, if the instance may.
func callOn(f *thread.Frame) int64 {
	operation, core := operations[(f.AX-drivercall.First)%uint64(len(operations))], f.DI
	if operation == cap.PowerOff {
		core = me
	}
	switch {
	case core >= commons().Clock.Cores || core >= layout.CoresMax:
		return errno.ENODEV
	case !cap.May(image(), me, operation, core):
		return errno.EPERM
	}
	switch operation {
	case cap.Kick: // itself: others are kickable
		instance.Ring()
		return 0
	case cap.Start:
		if running(core) {
			return errno.EALREADY
		}
		startCore(core)
		return 0
	case cap.Stop:
		if !running(core) {
			return errno.ESRCH
		}
		want(core, com.OrderStop)
		return 0
	case cap.Provoke:
		return provoke(core, com.Order(f.SI))
	case cap.PowerOff:
		powerOff(f.DI)
	}
	switch f.AX { // what shows how a core is
	case drivercall.Epitaph:
		return copyEpitaph(core, f.SI)
	case drivercall.Status:
		return copyOut(f.SI, status(core))
	case drivercall.Trace:
		return copyOut(f.SI, &commons().Trace[core])
	}
	return errno.ENOSYS
}

// operations has what calls do to the core in their first argument, or to the machine.
var operations = [drivercall.Last - drivercall.First + 1]cap.Operation{
	drivercall.Kick - drivercall.First:     cap.Kick,
	drivercall.Start - drivercall.First:    cap.Start,
	drivercall.Stop - drivercall.First:     cap.Stop,
	drivercall.Provoke - drivercall.First:  cap.Provoke,
	drivercall.Epitaph - drivercall.First:  cap.Inspect,
	drivercall.Status - drivercall.First:   cap.Inspect,
	drivercall.Trace - drivercall.First:    cap.Inspect,
	drivercall.PowerOff - drivercall.First: cap.PowerOff,
}

// kickable has a bit for each other core that this one may kick: kicks are to be fast.
var kickable uint64

// copyOut gives the instance a structure.
func copyOut[T any](to uint64, from *T) int64 {
	if !instance.Space.CopyOut(to, phys.BytesOf(from)) {
		return errno.EFAULT
	}
	return 0
}

// copySeed gives the instance random numbers, for those that it makes itself.
func copySeed(to, size uint64) int64 {
	var seed [drivercall.SeedBytes / 8]uint64
	for i := range seed {
		seed[i] = randomWord()
	}
	if !instance.Space.CopyOut(to, phys.BytesOf(&seed)[:min(size, drivercall.SeedBytes)]) {
		return errno.EFAULT
	}
	return 0
}

// Scratch for what is copied out; too large for a stack.
var (
	facts drivercall.Facts
	death drivercall.Death
	told  [layout.CoresMax]uint64 // of each core, the last life whose end the instance knows
)

// wakeNanos is what a core takes to be woken, about.
const wakeNanos = 5_000

func tellFacts() *drivercall.Facts {
	facts = drivercall.Facts{
		Core: me, Cores: commons().Clock.Cores, Incarnation: status(me).Incarnation,
		WakeNanos: wakeNanos, MemoryBytes: myself().Bytes, StartedNanos: status(me).Since,
	}
	for c := range commons().Clock.Cores {
		if cap.May(image(), me, cap.Share, c) {
			facts.Window[c%layout.CoresMax] = windowAt(c)
		}
	}
	return &facts
}

// attached tells whether the instance knows of Skerry: its runtime asks for the facts first of all.
func attached() bool { return facts.Cores != 0 }

// ended returns the last life of a core that ended.
// ORDER: its epitaph is readable; pairs with finish.
func ended(core uint64) uint64 { return atomic.LoadUint64(&status(core).Ended) }

// tellDeaths lets the instance know that there may be notices.
func tellDeaths() {
	*memory.Word(instance.Pulse + layout.PulseDeaths)++
	instance.Ring()
}

// nextNotice tells the instance of a death that it does not know yet.
func nextNotice(to uint64) int64 {
	for c := range commons().Clock.Cores {
		last := ended(c)
		if c == me || last == told[c%layout.CoresMax] {
			continue
		}
		death = drivercall.Death{Core: c, Incarnation: last}
		if commons().Last[c%layout.CoresMax].Read(&record) {
			death.Cause = uint64(record.Cause)
		}
		if e := copyOut(to, &death); e != 0 {
			return e
		}
		told[c%layout.CoresMax] = last
		return 1
	}
	return 0
}

// copyEpitaph gives the instance a core's epitaph, if it has one.
func copyEpitaph(core, to uint64) int64 {
	page := &commons().Last[core%layout.CoresMax]
	if !page.Read(&record) {
		return 0
	}
	if e := copyOut(to, page); e != 0 {
		return e
	}
	return 1
}

// dieByCall ends the core for a reason that the instance gives.
func dieByCall(f *thread.Frame) int64 {
	reason := newLine()
	size := min(f.DX, lineBytes)
	if !instance.Space.CopyIn(reason.bytes[:size], f.SI) {
		return errno.EFAULT
	}
	reason.size = size
	die(epitaph.Panicked, 1, reason)
	return 0
}

// provoke has a core fail, to see what watches it.
func provoke(core uint64, order com.Order) int64 {
	if order != com.OrderFault && order != com.OrderHang {
		return errno.EINVAL
	}
	if !running(core) {
		return errno.ESRCH
	}
	if core == me {
		obey(order)
	}
	send(core, order)
	command(core, commandFixed|vectorMail)
	return 0
}
