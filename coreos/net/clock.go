package net

import (
	"sync/atomic"

	"gvisor.dev/gvisor/pkg/tcpip"

	"skerry/kernel"
)

// clock is a stack's. The stack asks it for the time a dozen times for each packet, and gVisor's
// time is dear to make, so it stands still for clockStep at a time.
type clock struct {
	tcpip.Clock // the standard library's
	core        kernel.Core
	start       kernel.Instant
	last        atomic.Pointer[reading]
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
	now := c.core.Now()
	// ORDER: a reading is complete before it is stored; pairs with the exchange below.
	last := c.last.Load()
	if now < last.at.Add(clockStep) {
		return last.time
	}
	var zero tcpip.MonotonicTime
	next := &reading{now, zero.Add(now.Sub(c.start))}
	// ORDER: pairs with the load above, and lets no older reading replace a newer one.
	if !c.last.CompareAndSwap(last, next) {
		return c.last.Load().time // ORDER: as above.
	}
	return next.time
}
