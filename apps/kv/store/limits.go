package store

const (
	// expectedMax is for how many commands is read ahead at once.
	expectedMax = 32
	// expectedChain is how many entries of a bucket are read ahead for a command: few have more.
	expectedChain = 2
	// bucketsMinBits and bucketsMaxBits bound the buckets of a table: from 2^10 to 2^40.
	bucketsMinBits, bucketsMaxBits = 10, 40
	// splitsPerInsert is how many buckets are split for each key that is added while a table
	// grows: with 2, it is done before the next growth is due.
	splitsPerInsert = 2
	// entryBytes is what a key costs beside its bytes and its value's: its entry and its bucket.
	entryBytes = 80
	// nearBytes is how long a key and its value may be together, to lie in their entry: it is 64
	// bytes long then, as a line of the caches is, and as pieces of memory from Go are.
	nearBytes = 24
	// spareBytesMax is how much longer the memory of a value may be than the value.
	spareBytesMax = 64
	// argsKept is for how many arguments of a command a store has memory of its own.
	argsKept = 8
	// scanCountDefault is how many keys SCAN returns, about, if nothing else is asked for.
	scanCountDefault = 10
	// SCAN looks at so many buckets for each key asked for, but at some at least, so that a small
	// table takes one call. It takes no more keys than some for a COUNT.
	scanBucketsPerKey, scanBucketsMin, scanKeysMax = 10, 1 << bucketsMinBits, 1 << 17
	// sweepBuckets is how many buckets one look for expired keys goes over, and sweepKeysMax how
	// many keys it finds.
	sweepBuckets, sweepKeysMax = 4096, 256
)

// A table doubles: each of its buckets is split before it has doubled its keys.
const _ = uint(splitsPerInsert - 2)

// A key is not longer in a chunk than in memory.
const _ = uint(entryBytes - chunkEntryBytes)

// Positions tell all buckets apart.
const _ = uint(positionBits - bucketsMaxBits - 1)
