package linux

const (
	// descriptorsMax bounds open files, and the numbers of descriptors.
	descriptorsMax = 256

	// pathMax is Linux's PATH_MAX, with the zero at the end.
	pathMax = 4096

	// transferMax bounds what one call reads or writes of a file, so that the time in ring 0 is
	// bounded; programs go on from there.
	transferMax = 1 << 20

	// scratchBytes is how much console input and randomness is moved at once.
	scratchBytes = 256

	// unknownMax is above the numbers of all of Linux's calls (470 in version 6.16).
	unknownMax = 512

	// sleepNanosMin is the shortest sleep, a fifth of a thread's turn. Linux makes sleeps longer,
	// too, by its timer slack (PR_SET_TIMERSLACK(2const)).
	sleepNanosMin = 2_000_000

	// retryNanos is how long a thread sleeps until it tries again to write to a full console.
	retryNanos = 1_000_000

	// secondsMax bounds times that programs give, 100 years, so that they can be added.
	secondsMax = 100 * 366 * 24 * 3600
)
