package main

import (
	com "skerry/kernel/commons"
	"skerry/kernel/epitaph"
	"skerry/kernel/layout"
)

// deed is what this core wants of another one, and until when it waits for it.
type deed struct {
	order    com.Order // NoOrder: nothing
	life     uint64    // the core's life at the time
	deadline uint64
}

// done tells whether a core has done it: begun another life, or ended that one.
func (d *deed) done(core uint64) bool {
	if d.order == com.OrderStart {
		return status(core).Incarnation > d.life || running(core) // or another core was first
	}
	return ended(core) >= d.life
}

var (
	deeds [layout.CoresMax]deed

	// The next running core in the ring, which this one watches.
	watched struct{ core, life, pulse, ticks uint64 }

	// This core's instance.
	heartbeat struct{ count, ticks uint64 }
)

// startup starts a core's processor from its reset, or from a halt that it does not leave.
func startup(core uint64) {
	remember(core, com.OrderStart, startNanos)
	command(core, commandInit)
	if running(core) { // it began a life just now
		bury(core, "began late: reset")
	}
	for until := now() + initNanos; now() < until; {
		pause()
	}
	command(core, commandStartup)
}

// startCore begins the next life of a core that is off or dead.
func startCore(core uint64) {
	if state(core) == com.Off {
		startup(core)
		return
	}
	want(core, com.OrderStart)
}

// want sends an order with an NMI, and remembers to see that it is obeyed.
func want(core uint64, order com.Order) {
	if core == me {
		die(epitaph.Stopped, 0, newLine().text("stopped by itself"))
	}
	remember(core, order, obeyNanos)
	send(core, order)
	command(core, commandNMI)
}

// remember has pursue see to an order that is given next: the core's life may end, or another one
// begin, as soon as it is.
func remember(core uint64, order com.Order, nanos uint64) {
	deeds[core%layout.CoresMax] = deed{order, status(core).Incarnation, now() + nanos}
}

// tick is done each tickNanos: this core is alive, and looks after others.
//
// It also empties the TLB. QEMU's emulator makes that as large as its use asks for, but only when
// it is emptied, and nothing else here would ever do that: with 256 entries, half of the time goes
// into filling them. A real processor has filled its own again in microseconds.
func tick(at uint64) {
	forget()
	s := status(me)
	s.Pulse++
	rung = 0
	s.Frames, s.FramesMax, s.Calls = frames.Used(), frames.Total(), instance.Calls
	watchInstance()
	watchNext()
	for c := range commons().Clock.Cores {
		if d := &deeds[c%layout.CoresMax]; d.order != com.NoOrder {
			pursue(c, d, at)
		}
	}
	drainIfConsole()
}

// pursue sees that a core does what was wanted of it: INIT comes after an NMI that did nothing.
// Core 0 gets none: INIT would send the boot processor to its firmware.
func pursue(core uint64, d *deed, at uint64) {
	switch {
	case d.done(core):
		d.order = com.NoOrder
	case at < d.deadline:
	case core == 0:
		newLine().text("core 0 does not obey, and cannot be reset").say()
		d.order = com.NoOrder
	case d.order == com.OrderStart:
		startup(core)
	default:
		command(core, commandInit)
		bury(core, "did not obey an NMI: reset")
		d.order = com.NoOrder
	}
}

// bury writes the end of a core that this one has reset: it executes nothing any more.
func bury(core uint64, reason string) {
	inscribe(core, epitaph.Silent, newLine().text(reason))
	finish(core, com.Off) // its processor waits for its start, and is not to get an NMI
	newLine().text("core ").number(core, 1).text(" died: ").copyReason().say()
	mailAll()
	tellDeaths()
	inheritConsole()
}

// watchNext ends the next core in the ring if its ticks stop, for so many ticks of this one: time
// also passes while a host stops the whole machine.
func watchNext() {
	cores := commons().Clock.Cores
	next := (me + 1) % cores
	for next != me && !running(next) {
		next = (next + 1) % cores
	}
	w, s := &watched, status(next)
	if next == me || w.core != next || w.life != s.Incarnation || w.pulse != s.Pulse {
		w.core, w.life, w.pulse, w.ticks = next, s.Incarnation, s.Pulse, 0
		return
	}
	w.ticks++
	limit := image().SilentSeconds * 1_000_000_000 / tickNanos
	if limit != 0 && w.ticks > limit && deeds[next%layout.CoresMax].order == com.NoOrder {
		want(next, com.OrderSilence)
	}
}

// watchInstance ends this core if its instance has shown that it lives, and does so no more.
func watchInstance() {
	count := *memory.Word(instance.Pulse)
	if count != heartbeat.count || count == 0 {
		heartbeat.count, heartbeat.ticks = count, 0
		return
	}
	heartbeat.ticks++
	if limit := image().SilentTicks; limit != 0 && heartbeat.ticks > limit {
		die(epitaph.Silent, 1, newLine().text("the instance showed no life for ").
			number(heartbeat.ticks, 1).text(" ticks"))
	}
}
