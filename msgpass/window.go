package msgpass

import "skerry/kernel"

// Offsets in a window; the package comment draws them.
const (
	offLink0   = 0x000
	offLink1   = 0x040
	offSleep0  = 0x080
	offSleep1  = 0x0c0
	offCalls0  = 0x100
	offCalls1  = 0x200
	offRing0   = 0x1000
	offRing1   = offRing0 + 0x55000
	offOwners0 = 0xab000
	offOwners1 = 0xaf000
	offPool0   = 0x100000
	offPool1   = 0x180000
)

// layoutVersion changes with everything that two ends must agree on. The low half is drawn from the
// layout itself, so that forgetting to count up the high half is noticed.
const layoutVersion = 2<<32 |
	(offRing1 ^ offOwners0<<1 ^ offPool1<<2 ^ RingSlotsMax ^ messageLinesMax<<24)

// offsets is where things of one end lie in a window.
type offsets struct{ link, sleep, calls, ring, owners, pool int }

// ends are the two ends' offsets: what end 0 writes, calls, sends and fills, and what end 1 does.
var ends = [2]offsets{
	{offLink0, offSleep0, offCalls0, offRing0, offOwners0, offPool0},
	{offLink1, offSleep1, offCalls1, offRing1, offOwners1, offPool1},
}

// reset clears what the rings, call slots and pools of both ends start from. Only end 0 calls it,
// while end 1 has let go of the window (link.go).
func reset(window []byte) {
	for _, e := range ends {
		clear(window[e.calls : e.calls+callSlots*LineBytes])
		clear(window[e.ring : e.ring+ringSlotsMin*LineBytes])
		clear(window[e.owners : e.owners+granules*LineBytes])
	}
}

// stagger returns the slot at which the rings of a window start. Windows are aligned alike, so
// rings that all started at slot 0 would compete for one set of each cache. Both ends find the same
// slot, and on a machine of ringSlotsMin cores the windows of one start at slots all different.
func stagger(a, b kernel.CoreID) int {
	return (int(a.Index()) + int(b.Index())) % ringSlotsMin
}
