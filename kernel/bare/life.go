package main

import (
	"sync/atomic"

	com "skerry/kernel/commons"
	"skerry/kernel/epitaph"
	"skerry/kernel/layout"
	"skerry/kernel/thread"
)

// dying is set once this life is ending: what goes wrong from then on ends it at once.
var dying bool

// startLife makes this core's next life known.
func startLife() {
	s := status(me)
	s.Incarnation++
	s.Pulse, s.Calls, s.Frames, s.Since = 0, 0, 0, now()
	clearMail()
	for c := range told {
		told[c] = ended(uint64(c)) // ends before this life are no news
	}
	// ORDER: publishes the line; pairs with state.
	atomic.StoreUint64((*uint64)(&s.State), uint64(com.Running))
	trace(com.EventLife, s.Incarnation, 0)
}

// record is the epitaph being written; too large for a stack.
var record epitaph.Record

// die ends this core's life. It does not return. Its last line is put out while it still runs: the
// console may be its own, and somebody else's as soon as it is dead.
func die(cause epitaph.Cause, exit uint64, reason *line) {
	if !dying {
		dying = true
		commons().Exit[me] = exit
		inscribe(me, cause, reason)
		last := newLine().text("core ").number(me, 1).text(" died, life ").
			number(record.Incarnation, 1).text(": ").text(cause.String()).text(": ").copyReason()
		if cause == epitaph.Faulted || cause == epitaph.Silent {
			last.say()
		} else {
			last.mention()
		}
		finish(me, com.Dead)
		if othersRun() {
			mailAll()
		} else {
			endMachine()
		}
	}
	park()
}

// inscribe writes a core's epitaph.
func inscribe(core uint64, cause epitaph.Cause, reason *line) {
	record.Incarnation, record.At = status(core).Incarnation, int64(now())
	record.Core, record.Cause = uint32(core), cause
	record.ReasonSize = uint32(min(reason.size, lineBytes, epitaph.ReasonBytes))
	for i := range record.ReasonSize {
		record.Reason[i] = reason.bytes[i]
	}
	commons().Last[core%layout.CoresMax].Write(&record)
	trace(com.EventDeath, core, record.Incarnation)
}

// finish makes the end of a core's life known, and what its processor does from then on.
func finish(core uint64, state com.State) {
	s := status(core)
	// ORDER: the epitaph is readable before; pairs with ended.
	atomic.StoreUint64(&s.Ended, s.Incarnation)
	// ORDER: as above; pairs with state.
	atomic.StoreUint64((*uint64)(&s.State), uint64(state))
}

// copyReason adds the reason of the record to a line.
func (l *line) copyReason() *line {
	for i := range record.ReasonSize {
		l.byte(record.Reason[i])
	}
	return l
}

// othersRun tells whether any other core is alive.
func othersRun() bool {
	for c := range commons().Clock.Cores {
		if c != me && running(c) {
			return true
		}
	}
	return false
}

// endMachine ends the machine with the last core: with the greatest exit status of all.
func endMachine() {
	exit := uint64(0)
	for c := range commons().Clock.Cores {
		exit = max(exit, commons().Exit[c%layout.CoresMax])
	}
	powerOff(exit)
}

// Ports of QEMU: the debug console takes the exit status as text, isa-debug-exit ends QEMU. The
// last is the chipset's reset, for all others.
const (
	portStatus    = 0xe9
	portExit      = 0xf4
	portReset     = 0x64
	resetKeyboard = 0xfe
)

// powerOff ends the machine. It does not return.
func powerOff(exit uint64) {
	settleConsole()
	l := newLine().number(exit&0xff, 1).byte('\n')
	for i := range l.size {
		out8(portStatus, l.bytes[i%lineBytes])
	}
	out8(portExit, uint8(exit))
	out8(portReset, resetKeyboard)
	// Where there is no such port, a fault that has no gate resets the machine: to load the task
	// again is one (Intel SDM volume 3, 6.15, interrupt 8).
	gatesOperand.limit = 0
	loadTables(addressOf(&segmentsOperand.limit), addressOf(&gatesOperand.limit),
		layout.SelectorTask)
	halt()
}

// nmi is called on an NMI: somebody wants this core to stop or, if it is dead, to start again.
func nmi(f *thread.Frame) {
	target = noTarget // it may have interrupted command
	mail := &commons().Mail[me%layout.CoresMax]
	for from := range commons().Clock.Cores {
		order := takeOrder(&mail[from%layout.CoresMax])
		switch {
		case order == com.OrderStart && !running(me):
			rebirth(me)
		case !dying:
			endIf(order, from, f.IP)
		}
	}
}

// endIf ends this life if the order says so; at is where the core was.
func endIf(order com.Order, from, at uint64) {
	switch order {
	case com.OrderStop:
		die(epitaph.Stopped, 0, newLine().text("stopped by core ").number(from, 1))
	case com.OrderSilence:
		die(epitaph.Silent, 1, newLine().text("silent for too long, at ").hex(at))
	}
}

// ring0Fault is called on an exception in ring 0, with no way back.
func ring0Fault(f *thread.Frame) {
	die(epitaph.Faulted, 1, newLine().text("ring 0: exception ").number(f.Vector, 1).
		text(", error ").hex(f.Error).text(" at ").hex(f.IP).text(", stack ").hex(f.SP).
		text(", address ").hex(readCR2()))
}

// runtimeTrap is called when a check of Go's fails in ring 0, with the address after the call.
func runtimeTrap(place uint64) {
	die(epitaph.Faulted, 1, newLine().text("ring 0: a check of Go's failed before ").hex(place))
}
