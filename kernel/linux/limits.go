package linux

const (
	// descriptorsMax bounds open files, and the numbers of descriptors.
	descriptorsMax = 256

	// pathMax is Linux's PATH_MAX, with the zero at the end.
	pathMax = 4096

	// transferMax bounds what one call reads or writes, so that other threads do not wait long for
	// the lock; programs go on from there.
	transferMax = 1 << 20

	// scratchBytes is how much text goes to the console, or comes from it, at once.
	scratchBytes = 4096

	// unknownMax is above the numbers of all of Linux's calls (470 in version 6.16).
	unknownMax = 512

	// retryNanos is how long a thread waits until it tries again to write to a full console.
	retryNanos = 1_000_000
)
