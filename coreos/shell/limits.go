package shell

import "time"

const (
	// consolePoll is the time between two questions whether the console is this core's.
	consolePoll = 100 * time.Millisecond

	// answerPatience is how long a core that runs may take to answer. Where KVM is itself emulated
	// and its host is busy, that has been more than a second.
	answerPatience = 10 * time.Second

	// startPatience is how long a core may take to start and answer, deathPatience how long to die:
	// watchdogs have that much to find that it is silent.
	startPatience = 30 * time.Second
	deathPatience = 60 * time.Second

	// retryAfter is the time between two looks at a core that starts or dies.
	retryAfter = 10 * time.Millisecond

	// lineBytesMax bounds a typed line: the others are told of it.
	lineBytesMax = MemberNoteTextMax

	// benchTime is how long each measurement of bench takes.
	benchTime = 100 * time.Millisecond

	// idleBefore is long enough for a core to fall asleep.
	idleBefore = 5 * time.Millisecond

	// rallyShots is how many calls a measurement makes without a look at the clock. A stream has
	// streamLoads messages before each call, and streamFlight calls in flight, which fill half a
	// ring.
	rallyShots   = 64
	streamLoads  = 15
	streamFlight = 2

	// statusFailed and statusUsage are the exit statuses of a command that fails, and of one that
	// makes no sense.
	statusFailed = 1
	statusUsage  = 2
)
