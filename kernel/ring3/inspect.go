package ring3

import (
	"fmt"
	"math/bits"

	"skerry/kernel"
	"skerry/kernel/commons"
	"skerry/kernel/layout"
)

var _ kernel.Inspector = (*Core)(nil)

// A compile error here means that the contract numbers the states otherwise than the driver.
var (
	_ = [1]struct{}{}[uint64(commons.Off)-uint64(kernel.Off)]
	_ = [1]struct{}{}[uint64(commons.Running)-uint64(kernel.Running)]
	_ = [1]struct{}{}[uint64(commons.Dead)-uint64(kernel.Dead)]
)

// Status implements kernel.Inspector.
func (c *Core) Status(id kernel.CoreID) (kernel.Status, error) {
	s, err := c.status(id)
	if err != nil {
		return kernel.Status{}, err
	}
	return kernel.Status{
		State: kernel.State(s.State), Incarnation: s.Incarnation, Ended: s.Ended,
		Since: kernel.Instant(s.Since), Memory: s.Frames * layout.PageBytes,
		MemoryMax: s.FramesMax * layout.PageBytes, Calls: s.Calls,
	}, nil
}

// Trace implements kernel.Inspector.
func (c *Core) Trace(id kernel.CoreID) ([]kernel.Event, error) {
	ring := new(commons.Trace)
	if err := refusal(c.driver.trace(id, ring)); err != nil {
		return nil, err
	}
	var events []kernel.Event
	for i := ring.Count - min(ring.Count, commons.TraceEvents); i < ring.Count; i++ {
		e := &ring.Event[i%commons.TraceEvents]
		events = append(events, kernel.Event{
			At: instant(c.clock, e.At), What: fmt.Sprintf("%s %#x %#x", nameOf(e.Kind), e.A, e.B),
		})
	}
	return events, nil
}

// nameOf returns the kind of an event in a word or two.
func nameOf(k commons.Kind) string {
	names := [...]string{
		"none", "life", "call", "unknown call", "fault", "trap", "interrupt", "switch", "order",
		"death", "idle",
	}
	return names[min(k, commons.EventIdle)]
}

// instant returns the time at which the time stamp counter had a value.
func instant(clock *commons.Clock, stamp uint64) kernel.Instant {
	high, low := bits.Mul64(stamp-clock.Start, clock.Scale)
	return kernel.Instant(high<<32 | low>>32)
}

// Provoke implements kernel.Inspector.
func (c *Core) Provoke(id kernel.CoreID, what kernel.Failure) error {
	order := commons.OrderFault
	if what == kernel.HangInDriver {
		order = commons.OrderHang
	}
	return refusal(c.driver.provoke(id, order))
}

// Spin implements kernel.Inspector.
func (c *Core) Spin() { spin() }

// HasConsole implements kernel.Inspector.
func (c *Core) HasConsole() bool { return c.driver.console() }

// PowerOff implements kernel.Inspector.
func (c *Core) PowerOff(status int) { c.driver.powerOff(status) }
