package msgpass

import (
	"time"

	"skerry/kernel"
)

// Limits of a window, and why they are what they are.
const (
	// ringSlotsMin is the size of a ring at the start: 4 KiB, so that a thousand quiet channels fit
	// a core's caches. Each level has four times the slots of the one before.
	ringSlotsMin = 64
	ringGrowth   = 4
	ringLevels   = 4

	// RingSlotsMax is the size of a fully grown ring: 256 KiB, so that four levels each way leave
	// most of a window to the bulk pools.
	RingSlotsMax = 4096

	// batchSlotsMax bounds the look-ahead of a sender; a quarter of a ring at most, so that the
	// receiver frees one batch while the sender fills the others. Measured, not derived, with
	// streams through 1024 slots: near, 64 takes 1.08 times as long; far, 256 takes 1.2 times as
	// long if the loops store variables of theirs at each message.
	batchSlotsMax = 128

	// messageLinesMax is a batch of the smallest ring: room for it can always be found.
	messageLinesMax = 16

	// MessageBytesMax is the longest message; more goes by bulk pool.
	MessageBytesMax = messageLinesMax * PayloadBytes

	// growAfter is how many refusals in a row make a ring grow, at the next Flush.
	growAfter = 4

	// callSlots is the number of calls that one end may have in flight by call slot.
	callSlots = 4

	// CallsMax is the number of calls that one client may have in flight: a bit each in one word.
	CallsMax = 64

	// portsMax bounds the numbers of bindings on a channel, half of them for the clients of each
	// end.
	portsMax = 64

	// granuleBytes is the smallest bulk buffer, and the unit in which a pool is addressed: an
	// Ethernet frame fits.
	granuleBytes = 2048
	poolBytes    = 512 << 10
	granules     = poolBytes / granuleBytes

	// PoolBufferBytes is the size of a bulk buffer until Pool.Cut says otherwise.
	PoolBufferBytes = 64 << 10

	// ChannelsMax bounds a WaitSet.
	ChannelsMax = 1024

	// sleepMax bounds a sleep, and with it the harm of a lost kick.
	sleepMax = 100 * time.Millisecond

	// retryAfter is how long something waits that found no room in a ring, or no server, before it
	// tries again.
	retryAfter = time.Millisecond

	// askAfter is the time between two questions whether a peer serves something by now: a loop
	// that sleeps wakes up about then anyway.
	askAfter = sleepMax

	// spinPolls is how many polls fit between two looks at the clock and the scheduler: about a
	// microsecond of them, so that the loop never holds the processor for longer unasked.
	spinPolls = 64

	// pausesMax bounds what spinPolls pauses take if they are cheap: 80 ns each. Of pauseTries the
	// best is taken.
	pausesMax  = 5 * time.Microsecond
	pauseTries = 4
)

// ringBytes is the memory of one ring, all levels.
const ringBytes = LineBytes * ringSlotsMin * (ringGrowth*ringGrowth*ringGrowth*ringGrowth - 1) /
	(ringGrowth - 1)

// Relations between the limits: each index is a negative constant, and so a compile error, if one
// does not hold.
var (
	_ = [1]struct{}{}[RingSlotsMax-ringSlotsMin*ringGrowth*ringGrowth*ringGrowth]
	_ = [1]struct{}{}[messageLinesMax-ringSlotsMin/4]
	_ = [1]struct{}{}[offPool0+2*poolBytes-kernel.WindowBytes]
	_ = [1]struct{}{}[offRing0+ringBytes-offRing1]
	_ = [1]struct{}{}[offRing1+ringBytes-offOwners0]
	_ = [1]struct{}{}[offOwners0+granules*LineBytes-offOwners1]
	_ = [offPool0 - (offOwners1 + granules*LineBytes) + 1]struct{}{}
	_ = [sizeMask - MessageBytesMax + 1]struct{}{}
	_ = [1]struct{}{}[CallsMax-64]
	_ = [numberMask>>8 + 1 - portsMax + 1]struct{}{}
	_ = [RingSlotsMax - 2*CallsMax*messageLinesMax + 1]struct{}{} // newBacklog
)
