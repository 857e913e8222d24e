package main

import (
	com "skerry/kernel/commons"
	"skerry/kernel/layout"
	"skerry/kernel/thread"
)

var (
	armed     uint64 // when the timer's interrupt comes; 0: it came
	turnArmed bool   // it comes no later than the running thread's turn ends for others
	nextTick  uint64
	loaded    uint64 // the FS base that the processor has
)

// schedule makes sure that a thread runs: the one that did, or the next that is ready, or the first
// that becomes so.
func schedule() {
	for {
		at := now()
		if armed == 0 {
			expire(at)
		}
		if process.Threads.Next(at) != nil {
			if process.Resume() {
				return
			}
			continue
		}
		arm(at)
		trace(com.EventIdle, 0, 0)
		interrupt(idle())
	}
}

// expire does what is due at a time.
func expire(at uint64) {
	process.Threads.Expire(at)
	if at >= nextTick {
		nextTick = at + tickNanos
		tick(at)
	}
}

// enter makes the processor ready to continue th, and the timer to come when something is due.
func enter(th *thread.Thread) {
	if th.FSBase != loaded {
		loaded = th.FSBase
		wrmsr(msrFSBase, loaded)
	}
	if next := process.Threads.NextDeadline(); armed == 0 || next != 0 && next < armed {
		arm(now())
	}
	turnArmed = process.Threads.Contended()
}

// arm sets the timer for what comes first.
func arm(at uint64) {
	next := process.Threads.NextDeadline()
	if next == 0 || next > nextTick {
		next = nextTick
	}
	armed = next
	setTimer(next, at)
}

// interrupt handles an interrupt, be it of the instance or of the halt.
func interrupt(vector uint64) {
	trace(com.EventInterrupt, vector, 0)
	switch interruptDone(); vector {
	case vectorKick:
		process.Ring()
	case vectorTimer:
		armed = 0
	case vectorMail:
		readMail()
		tellDeaths()
	case vectorOutput:
		drainIfConsole()
	case vectorSerial:
		receive()
		process.Input()
	default:
		if i := vector - vectorDevice; i < layout.DevicesMax {
			deviceRang(i)
		}
	}
}
