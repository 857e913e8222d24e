package kerneltest

import (
	"fmt"
	"sync/atomic"

	"skerry/kernel"
	"skerry/kernel/epitaph"
)

// stopFences: when Stop returns, the stopped core writes no more.
func (c *conductor) stopFences() error {
	victim := c.victim()
	window, err := c.core.Window(victim.id)
	if err != nil {
		return err
	}
	if r := victim.ask(opScribble, arg(c.first().id), wordScribble); r.err != nil {
		return r.err
	}
	// ORDER: none needed; that it changes is all. Pairs with the store in scribble.
	read := func() uint64 { return atomic.LoadUint64(wordIn(window, wordScribble)) }
	if !await(c.core, patience, func() bool { return read() != 0 }) {
		return fmt.Errorf("%v wrote nothing before it was stopped: want a count", victim.id)
	}
	d := death{of: victim, life: victim.life, cause: epitaph.Stopped}
	err = c.mourn(d, func() error {
		if err := c.core.Stop(victim.id); err != nil {
			return err
		}
		first := read()
		c.rest()
		if second := read(); second != first {
			return fmt.Errorf("it wrote on when Stop had returned, from %d to %d: want silence",
				first, second)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return c.revive(victim)
}

// stopSelf: a core that stops itself dies as if another had stopped it.
func (c *conductor) stopSelf() error {
	victim := c.victim()
	d := death{of: victim, life: victim.life, cause: epitaph.Stopped}
	err := c.mourn(d, func() error {
		victim.post(opStop, arg(victim.id))
		return nil
	})
	if err != nil {
		return err
	}
	return c.revive(victim)
}

// deadCore: a dead core can't be stopped, and no kick brings it back.
func (c *conductor) deadCore() error {
	victim := c.victim()
	d := death{of: victim, life: victim.life, cause: epitaph.Stopped}
	if err := c.mourn(d, func() error { return c.core.Stop(victim.id) }); err != nil {
		return err
	}
	for _, s := range c.except(victim) {
		if r := s.ask(opKick, arg(victim.id)); r.err != nil {
			return r.err
		}
		what := fmt.Sprintf("Stop of dead %v", victim.id)
		if err := want(what, s.ask(opStop, arg(victim.id)).err, kernel.ErrNotRunning); err != nil {
			return err
		}
	}
	c.rest()
	return c.revive(victim) // fails if a kick started it
}

// restart: a core that starts again finds window memory as its dead life left it, and its epitaph.
func (c *conductor) restart() error {
	victim := c.victim()
	for _, s := range c.except(victim) {
		if r := victim.ask(opStore, arg(s.id), wordLeft, c.deaths); r.err != nil {
			return r.err
		}
	}
	before := c.core.Now()
	d := death{of: victim, life: victim.life, cause: epitaph.Stopped}
	if err := c.mourn(d, func() error { return c.core.Stop(victim.id) }); err != nil {
		return err
	}
	if err := c.revive(victim); err != nil {
		return err
	}
	for _, s := range c.except(victim) {
		r := victim.ask(opLoad, arg(s.id), wordLeft)
		if r.err != nil || r.values[0] != c.deaths {
			return fmt.Errorf("%v finds %d where its last life left %d (%v): want it left alone",
				victim.id, r.values[0], c.deaths, r.err)
		}
	}
	return d.remembered(victim, before)
}

// noticeOnce: a core that died twice before it was reported is reported once, with its last life.
func (c *conductor) noticeOnce() error {
	victim := c.victim()
	for range 2 {
		if err := c.core.Stop(victim.id); err != nil {
			return fmt.Errorf("stop of %v: %w", victim.id, err)
		}
		if err := c.revive(victim); err != nil {
			return err
		}
	}
	d := death{of: victim, life: victim.life - 1, cause: epitaph.Stopped}
	for _, s := range c.except(victim) {
		if err := d.noticed(s, s.ask(opNotice)); err != nil {
			return err
		}
	}
	return nil
}
