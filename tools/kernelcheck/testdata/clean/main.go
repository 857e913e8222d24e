// A freestanding program with what ring 0 may have.
package main

import (
	"math/bits"
	"sync/atomic"
)

func main() {} // never called

// Entries in assembly; Go never calls them.
func start()
func syscallEntry()
func boundsEntry()
func vectors()

type pair struct{ a, b uint64 }

var (
	beginFn = begin
	readTSC func() uint64
	table   = [...]func(uint64) int{length, bits.LeadingZeros64}

	pairs   [64]pair
	bytes   [1000]byte
	counter uint64
	last    *pair
)

func length(v uint64) int { return bits.Len64(v) }

func begin(core, size uint64) {
	at := table[core](readTSC()) // a bounds check
	last = &pairs[at]            // without a write barrier
	if *last == pairs[size] {    // a function that the compiler made
		panic("the same")
	}
	clear(bytes[:size])
	atomic.AddUint64(&counter, choose(size))
	plant()
}

// choose has enough cases for a table of jumps.
func choose(n uint64) uint64 {
	switch n {
	case 0:
		return counter
	case 1:
		return counter * 3
	case 2:
		return counter / 5
	case 3:
		return counter << n
	case 4:
		return uint64(bits.TrailingZeros64(counter))
	case 5:
		return counter - 11
	case 6:
		return counter ^ 13
	case 7:
		return counter & 17
	case 8:
		return counter % 19
	}
	return 0
}
