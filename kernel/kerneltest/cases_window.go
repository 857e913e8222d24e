package kerneltest

import (
	"fmt"

	"skerry/kernel"
)

// windowForm: a window has its size and alignment and stays where it is; none leads to oneself or
// to a core that isn't there.
func (c *conductor) windowForm() error {
	err := c.pairs(func(a, b *stand) error { return a.ask(opWindow, arg(b.id)).err })
	for _, s := range c.stands {
		if err == nil {
			err = want("Window to itself", s.ask(opWindow, arg(s.id)).err, kernel.ErrSelf)
		}
		for _, id := range c.nobody() {
			if err == nil {
				what := fmt.Sprintf("Window to %v, which does not exist,", id)
				err = want(what, s.ask(opWindow, arg(id)).err, kernel.ErrNoCore)
			}
		}
	}
	return err
}

// windowZero: window memory is zero at the machine's start.
func (c *conductor) windowZero() error {
	return c.pairs(func(a, b *stand) error { return a.ask(opZero, arg(b.id)).err })
}

// windowShared: what one end writes the other end sees, and no other pair's window holds it.
func (c *conductor) windowShared() error {
	colour := func(a, b *stand) uint64 { return uint64(a.id)<<48 | uint64(b.id)<<32 }
	for _, lowerWrites := range []bool{true, false} {
		writer := func(a, b *stand) bool { return (a.id < b.id) == lowerWrites }
		err := c.pairs(func(a, b *stand) error {
			if !writer(a, b) {
				return nil
			}
			return a.ask(opPaint, arg(b.id), colour(a, b)).err
		})
		if err != nil {
			return err
		}
		err = c.pairs(func(a, b *stand) error {
			if !writer(a, b) {
				a, b = b, a
			}
			if r := a.ask(opLook, arg(b.id), colour(a, b)); r.err != nil {
				return r.err
			}
			return b.ask(opLook, arg(a.id), colour(a, b)).err
		})
		if err != nil {
			return err
		}
	}
	return nil
}
