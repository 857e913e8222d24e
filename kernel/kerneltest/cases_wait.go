package kerneltest

import (
	"fmt"
	"slices"

	"skerry/kernel"
)

// waitDeadline: a wait that nothing ends lasts until its deadline, and no longer. Wait may return
// early without a reason, but not as a habit.
func (c *conductor) waitDeadline() error {
	for _, s := range c.stands {
		if r := s.ask(opDrain); r.err != nil {
			return r.err
		}
		r := s.ask(opQuiet, uint64(settle))
		if r.err != nil {
			return r.err
		}
		if full := r.values[0]; full < quietRounds/2 {
			return fmt.Errorf("%v: %d of %d quiet waits lasted to their end: want half at least",
				s.id, full, quietRounds)
		}
	}
	return nil
}

// waitBeside: while the loop waits, goroutines and timers of its core run, and may use the driver.
// On a slow machine they get more time.
func (c *conductor) waitBeside() error {
	for _, s := range c.stands {
		var ticks uint64
		for period := besidePeriod; ticks < besideTicks; period *= 5 {
			if period > besidePeriodMax {
				return fmt.Errorf("%v: a timer beside a wait ticked %d times: want %d at least "+
					"of %d", s.id, ticks, besideTicks, 4*besideTicks)
			}
			r := s.ask(opBeside, uint64(period))
			if r.err != nil {
				return r.err
			}
			ticks = r.values[0]
		}
	}
	return nil
}

// kickEndsWait: each core's kick ends each other core's wait.
func (c *conductor) kickEndsWait() error {
	return c.pairs(func(a, b *stand) error {
		if r := b.ask(opDrain); r.err != nil {
			return r.err
		}
		b.post(opWait)
		c.rest()
		a.post(opKick, arg(b.id))
		return c.kicked(a, b)
	})
}

// kickBeforeWait: a kick that came before Wait ends it; one to a core that isn't there is nothing.
func (c *conductor) kickBeforeWait() error {
	return c.pairs(func(a, b *stand) error {
		if r := b.ask(opDrain); r.err != nil {
			return r.err
		}
		for _, id := range append(c.nobody(), b.id) {
			if r := a.ask(opKick, arg(id)); r.err != nil {
				return r.err
			}
		}
		c.rest()
		b.post(opWait)
		return c.kicked(a, b)
	})
}

// kicked takes the answers of a core that kicked and of the one that waited for it.
func (c *conductor) kicked(a, b *stand) error {
	if r := a.answer(); r.err != nil {
		return r.err
	}
	if r := b.answer(); r.err != nil {
		return fmt.Errorf("kicked by %v: %w", a.id, r.err)
	}
	return nil
}

// clock: the time doesn't go back on any core, nor on the way from one core to another.
func (c *conductor) clock() error {
	last := kernel.Instant(0)
	for _, s := range slices.Concat(c.stands, c.stands) {
		r := s.ask(opClock)
		if r.err != nil {
			return r.err
		}
		now := kernel.Instant(r.values[0])
		if s != c.first() && now < last {
			return fmt.Errorf("%v is %v behind what another core read before: want one clock",
				s.id, last.Sub(now))
		}
		last = now
	}
	return c.pairs(func(a, b *stand) error {
		if a.id > b.id {
			return nil
		}
		a.post(opRelay, arg(b.id), 0)
		b.post(opRelay, arg(a.id), 1)
		first, second := a.answer(), b.answer()
		if first.err != nil {
			return first.err
		}
		return second.err
	})
}
