package process

const (
	// sleepNanosMin is the shortest sleep: a thread's turn, and the longest of Go's monitor. Linux
	// makes sleeps longer, too, by its timer slack (PR_SET_TIMERSLACK(2const)).
	sleepNanosMin = 10_000_000

	// The shortest and the longest time between two samples.
	sampleNanosMin = 1_000_000
	sampleNanosMax = 1_000_000_000

	// secondsMax bounds times that programs give, 100 years, so that they can be added.
	secondsMax = 100 * 366 * 24 * 3600
)
