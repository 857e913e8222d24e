package main

import (
	com "skerry/kernel/commons"
	"skerry/kernel/layout"
	"skerry/kernel/thread"
)

var (
	armed     uint64 // when the timer's interrupt comes; 0: it came
	turnArmed bool   // it comes when the running thread's turn ends for others, or before
	nextTick  uint64
)

// rest halts until an interrupt, and handles it: all threads wait.
func rest() {
	arm(now())
	trace(com.EventIdle, 0, 0)
	interrupt(idle())
}

// expire does what is due.
func expire() {
	at := now()
	instance.Expire(at)
	if at >= nextTick {
		nextTick = at + tickNanos
		tick(at)
	}
}

// arm has the timer's interrupt come no later than what comes first: a deadline, the tick, the end
// of a turn. To set the timer costs more than an interrupt that comes for nothing now and then, so
// one that is set for earlier is left alone.
func arm(at uint64) {
	first := nextTick
	if next := instance.Threads.NextDeadline(); next != 0 {
		first = min(first, next)
	}
	if turnArmed = instance.Threads.Contended(); turnArmed {
		first = min(first, at+thread.QuantumNanos)
	}
	if armed == 0 || first < armed {
		armed = first
		setTimer(armed, at)
	}
}

// interrupt handles an interrupt, of the instance or of the halt. It ends a turn: whom it woke
// has waited, and wants little.
func interrupt(vector uint64) {
	trace(com.EventInterrupt, vector, 0)
	switch interruptDone(); vector {
	case vectorKick:
		instance.Ring()
	case vectorTimer:
		armed = 0
		expire()
	case vectorMail:
		readMail()
		tellDeaths()
	case vectorOutput:
		drainIfConsole()
	case vectorSerial:
		receive()
		instance.Notify()
	default:
		if i := vector - vectorDevice; i < layout.DevicesMax {
			deviceRang(i)
		}
	}
	instance.Threads.Yield()
}
