package kerneltest

import (
	"fmt"
	"strings"

	"skerry/kernel"
	"skerry/kernel/epitaph"
)

// death is one that a case brings about.
type death struct {
	of     *stand
	life   uint64
	cause  epitaph.Cause
	reason string // the epitaph's reason contains it
}

// dies returns a case: a core that dies in the given way is reported to all others, leaves an
// epitaph, and starts again.
func dies(way op, cause epitaph.Cause, words string) func(*conductor) error {
	return func(c *conductor) error {
		victim := c.victim()
		d := death{of: victim, life: victim.life, cause: cause, reason: words}
		if words != "" {
			d.reason = lastWords(c.deaths)
		}
		if err := c.mourn(d, func() error { return c.kill(victim, way) }); err != nil {
			return err
		}
		return c.revive(victim)
	}
}

// victim chooses who dies next, each in turn.
func (c *conductor) victim() *stand {
	c.deaths++
	return c.others()[c.deaths%uint64(len(c.others()))]
}

// kill ends a player's life; only a Stop has an answer.
func (c *conductor) kill(victim *stand, way op) error {
	if way == opStop {
		return c.core.Stop(victim.id)
	}
	victim.post(way, c.deaths)
	return nil
}

// mourn kills, and checks what the other cores get to know. All of them are in Wait meanwhile.
func (c *conductor) mourn(d death, kill func() error) error {
	before := c.core.Now()
	watchers := c.except(d.of)
	for _, s := range watchers {
		s.post(opAwait)
	}
	c.rest()
	if err := kill(); err != nil {
		return fmt.Errorf("end of %v: %w", d.of.id, err)
	}
	var bad error
	for _, s := range watchers {
		if err := d.noticed(s, s.answer()); err != nil && bad == nil {
			bad = err
		}
	}
	for _, s := range watchers {
		if bad == nil {
			bad = d.remembered(s, before)
		}
	}
	return bad
}

// noticed checks the notice that a core got, and that it's the only one.
func (d death) noticed(s *stand, r result) error {
	if r.err != nil {
		return fmt.Errorf("death of %v: %w", d.of.id, r.err)
	}
	got := kernel.Notice{
		Core: peer(r.values[1]), Incarnation: r.values[2], Cause: epitaph.Cause(r.values[3]),
	}
	if want := (kernel.Notice{Core: d.of.id, Incarnation: d.life, Cause: d.cause}); got != want {
		return fmt.Errorf("%v was told %+v: want %+v", s.id, got, want)
	}
	if more := s.ask(opNotice); more.err != nil || more.values[0] != 0 {
		return fmt.Errorf("%v was told of another death, of %v (%v): want one notice",
			s.id, peer(more.values[1]), more.err)
	}
	return nil
}

// remembered checks the epitaph as a core reads it.
func (d death) remembered(s *stand, before kernel.Instant) error {
	r := s.ask(opEpitaph, arg(d.of.id))
	at := kernel.Instant(r.values[3])
	switch {
	case r.err != nil:
		return r.err
	case r.values[0] == 0:
		return fmt.Errorf("%v reads no epitaph of %v: want one", s.id, d.of.id)
	case r.values[1] != d.life:
		return fmt.Errorf("%v reads an epitaph of life %d of %v: want life %d",
			s.id, r.values[1], d.of.id, d.life)
	case epitaph.Cause(r.values[2]) != d.cause:
		return fmt.Errorf("%v reads that %v was %v: want %v",
			s.id, d.of.id, epitaph.Cause(r.values[2]), d.cause)
	case !strings.Contains(r.text, d.reason):
		return fmt.Errorf("%v reads %q on the epitaph of %v: want %q",
			s.id, r.text, d.of.id, d.reason)
	case at < before || at > s.core.Now():
		return fmt.Errorf("%v reads a death %v after %v was about to die: want from 0 to now",
			s.id, at.Sub(before), d.of.id)
	}
	return nil
}

// revive starts a dead core and waits for the player of its next life.
func (c *conductor) revive(s *stand) error {
	last := s.life
	if err := c.core.Start(s.id); err != nil {
		return fmt.Errorf("start of %v after life %d: %w", s.id, last, err)
	}
	if err := s.alive(); err != nil {
		return err
	}
	if r := s.ask(opBoot); r.err != nil || r.values[1] != last+1 || s.life != last+1 {
		return fmt.Errorf("%v starts again in life %d (%v): want %d",
			s.id, r.values[1], r.err, last+1)
	}
	return nil
}
