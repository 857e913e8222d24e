package sim

import (
	"math/rand/v2"
	"time"

	"skerry/kernel"
)

// The streams of random numbers that a seed gives. Each purpose has its own, so that one more
// decision in one place leaves the others as they were.
const (
	streamDeath = iota + 1
	streamDelay
	streamKick // and all above: one per pair of cores, see pairStream
)

// stream returns the stream of a seed for one purpose.
func stream(seed, purpose uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, purpose)) }

// pairStream is the purpose of deciding on kicks from one core to another.
func pairStream(from, to kernel.CoreID) uint64 {
	return streamKick + uint64(from)*CoresMax + uint64(to)
}

// upTo returns a time from 0 to d; 0 draws nothing.
func upTo(r *rand.Rand, d time.Duration) time.Duration {
	if d <= 0 {
		return 0
	}
	return time.Duration(r.Int64N(int64(d) + 1))
}

// untilDeath returns how long it takes to the next death, mean on average.
func untilDeath(r *rand.Rand, mean time.Duration) time.Duration {
	return time.Duration(r.ExpFloat64() * float64(mean))
}
