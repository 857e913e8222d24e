package net

import (
	"sync/atomic"

	"gvisor.dev/gvisor/pkg/tcpip"

	"skerry/kernel"
)

// clock is a stack's. The stack asks it for the time a dozen times for each packet. To look is
// dear, so while the core's loop turns it shows the time of the turn. So is gVisor's time to make,
// so it stands still for clockStep at a time.
type clock struct {
	tcpip.Clock // the standard library's
	core        kernel.Core
	start       kernel.Instant
	last        atomic.Pointer[reading]
	turns       atomic.Bool // the loop does: it looks
}

// reading is what a clock showed at an instant.
type reading struct {
	at   kernel.Instant
	time tcpip.MonotonicTime
}

func newClock(core kernel.Core) *clock {
	c := &clock{Clock: tcpip.NewStdClock(), core: core, start: core.Now()}
	c.last.Store(&reading{at: c.start})
	return c
}

// NowMonotonic implements tcpip.Clock.
func (c *clock) NowMonotonic() tcpip.MonotonicTime {
	if !c.turns.Load() { // ORDER: none; who reads late sees the time of a turn, or a newer one.
		c.look(c.core.Now())
	}
	return c.last.Load().time // ORDER: pairs with the exchange in look.
}

// turn notes that the loop is at a turn.
func (c *clock) turn(now kernel.Instant) {
	c.look(now)
	c.turns.Store(true) // ORDER: behind look; pairs with the load in NowMonotonic.
}

// sleep notes that the loop may sleep until the next turn.
func (c *clock) sleep() { c.turns.Store(false) } // ORDER: as in turn.

// look makes a new reading if the last one is old.
func (c *clock) look(now kernel.Instant) {
	last := c.last.Load()
	if now < last.at.Add(clockStep) {
		return
	}
	var zero tcpip.MonotonicTime
	// ORDER: the reading is complete before; pairs with the load in NowMonotonic. No older reading
	// replaces a newer one.
	c.last.CompareAndSwap(last, &reading{now, zero.Add(now.Sub(c.start))})
}
