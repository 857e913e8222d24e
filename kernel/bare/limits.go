package main

// Limits, and why they are what they are. Loops that wait for hardware are bounded by polls, each
// of which takes a fraction of a microsecond at least.
const (
	commandPollsMax = 1 << 20
	rtcPollsMax     = 1 << 16
	mapEntriesMax   = 256
	madtBytesMax    = 1 << 16
	inputBytes      = 256 // typed, not yet read
	lineBytes       = 256 // a line that the driver writes

	// Measurements of the clock, each of 2 ms: how many, which part of one may be doubt, and how
	// many are tried until doubt no longer matters. An interval timer that takes longer than so
	// many ticks is none.
	calibrations    = 5
	calibrationPart = 200
	calibrationsMax = 200
	pitTicksMax     = 1 << 36 // half a minute or so

	// timerSpanNanos is how long the local APIC's timer is measured, and which part of that may be
	// doubt: an interrupt of it may come a little early or late.
	timerSpanNanos = uint64(1_000_000)
	timerPart      = 50

	// timerNanosMin is the shortest time for which the timer is set.
	timerNanosMin = uint64(1_000)

	// tickNanos is the longest: each core shows that it is alive so often.
	tickNanos = uint64(100_000_000)

	// rungMax is how many interrupts of devices may come between two ticks: each costs less than a
	// microsecond or two, and more would leave the instance no time.
	rungMax = 50_000

	// obeyNanos is how long a core may take to obey an NMI until it gets an INIT: far more than it
	// needs, since its host may not let it run for a while.
	obeyNanos = uint64(2_000_000_000)

	// startNanos is how long a processor may take from its first signal to Go code.
	startNanos = uint64(5_000_000_000)

	// settleNanos is how long the end of the machine waits for the console.
	settleNanos = uint64(200_000_000)

	// initNanos is the wait between INIT and the startup signal. Processors since 2000 need less
	// than the 10 ms of the MultiProcessor Specification 1.4, B.4.
	initNanos = uint64(200_000)
)
