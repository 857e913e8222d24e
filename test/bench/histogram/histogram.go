// Package histogram counts durations in buckets whose width grows with the value, so that each is
// known to about 3 per cent, from a nanosecond to hours, in 15 KiB and without allocation.
//
// It is the idea of HdrHistogram: each power of two is cut into the same number of equal buckets.
package histogram

import (
	"math/bits"
	"time"
)

const (
	// cutBits says into how many buckets a power of two is cut: 32 of them, each at most 1/32 of
	// what is in it.
	cutBits = 5
	cuts    = 1 << cutBits

	// bucketsMax is what 63 bits take: the values below cuts have a bucket each.
	bucketsMax = (63 - cutBits + 1) * cuts
)

// Histogram is a set of durations. The zero Histogram is empty.
type Histogram struct {
	counts [bucketsMax]uint64
	total  uint64
	max    time.Duration
}

// Add counts d; less than nothing counts as nothing.
func (h *Histogram) Add(d time.Duration) {
	d = max(d, 0)
	h.counts[bucket(uint64(d))]++
	h.total++
	h.max = max(h.max, d)
}

// Count returns how many durations there are, Max the longest, 0 if there is none.
func (h *Histogram) Count() uint64      { return h.total }
func (h *Histogram) Max() time.Duration { return h.max }

// Quantile returns a duration that the given part of all, from 0 to 1, does not exceed: the upper
// end of a bucket, but never more than Max. It is 0 if there is none.
func (h *Histogram) Quantile(part float64) time.Duration {
	want := uint64(part*float64(h.total) + 0.999999)
	seen := uint64(0)
	for i, count := range h.counts {
		if seen += count; seen >= max(want, 1) {
			return min(upper(i), h.max)
		}
	}
	return h.max
}

// bucket returns the index of the bucket of a value.
func bucket(value uint64) int {
	if value < cuts {
		return int(value)
	}
	shift := bits.Len64(value) - 1 - cutBits
	return shift*cuts + int(value>>shift)
}

// upper returns the largest value of a bucket.
func upper(index int) time.Duration {
	if index < 2*cuts {
		return time.Duration(index)
	}
	shift := index/cuts - 1
	lowest := uint64(index-shift*cuts) << shift
	return time.Duration(lowest + 1<<shift - 1)
}
