package kerneltest

import "time"

// coresMin is the smallest machine the suite runs on: one core that dies, two that watch.
const coresMin = 3

// Times by the Go runtime's clock. None is asserted: they bound how long a broken driver can keep
// the suite waiting. A player waits waitLong for what must come, the conductor patience for its
// answer, so that the player speaks first.
const (
	pollEvery  = 500 * time.Microsecond // between two looks at a word in a window
	settle     = 4 * time.Millisecond   // lets a core enter Wait, or a kick arrive
	waitLong   = 4 * time.Second        // longer than any kick or notice takes
	patience   = 8 * time.Second
	silenceMax = 60 * time.Second // without a request, a player goes home

	_ = uint(patience - 2*waitLong)         // compile-time: patience covers two waits of a player
	_ = uint(patience - 2*besidePeriodMax)  // compile-time: and a goroutine's time beside one
	_ = uint(silenceMax - 4*patience)       // compile-time: silence means that nobody conducts
	_ = uint(waitLong - 100*settle)         // compile-time: a long wait is long
	_ = uint(settle - 2*pollEvery)          // compile-time: to settle takes more than one look
	_ = uint(mailBytes - textBytes - 2*128) // compile-time: a mail box holds its text
)

// Rounds of a case.
const (
	spinsMax     = 200 // looks at a word, yielding, before the looks are pollEvery apart
	drainMax     = 64  // kicks left over from earlier that a core takes before a case
	quietRounds  = 10
	clockReads   = 1000
	clockRounds  = 50
	besideTicks  = 5 // a goroutine beside Wait runs this often at least
	besidePeriod = 20 * besideTicks * time.Millisecond

	besidePeriodMax = 25 * besidePeriod // on a slow machine
)
