package kerneltest

import (
	"errors"
	"fmt"
	"io"
	"time"

	"skerry/kernel"
)

// conductor runs the cases, in a goroutine of the first core.
type conductor struct {
	core   kernel.Core
	own    *mail // the box of the first core's player
	out    io.Writer
	stands []*stand // one per core, as in BootInfo.Cores; the first one is our own core's
	deaths uint64   // number of the last death that a case caused
}

func newConductor(core kernel.Core, own *mail, out io.Writer) *conductor {
	return &conductor{core: core, own: own, out: out}
}

// conduct runs all cases and ends the machine. It goes on after a case that failed, unless a core
// fell silent: then there is nobody to ask.
func (c *conductor) conduct() {
	failures := 0
	for _, next := range cases {
		err := next.run(c)
		if err == nil {
			fmt.Fprintf(c.out, "%sok %s\n", mark, next.name)
			continue
		}
		failures++
		fmt.Fprintf(c.out, "%sFAIL %s: %v\n", mark, next.name, err)
		if errors.Is(err, errSilent) {
			break
		}
	}
	c.finish(failures)
}

// finish sends all players home, ours last and with the verdict.
func (c *conductor) finish(failures int) {
	for _, s := range c.others() {
		s.post(opLeave)
	}
	if failures == 0 {
		c.first().ask(opLeave)
		return
	}
	for _, s := range c.others() {
		if s.answer().err != nil {
			c.core.Stop(s.id)
		}
	}
	c.core.Die(fmt.Sprintf("kerneltest: %d cases failed", failures))
}

// assemble finds the players, starting the cores that are off.
func (c *conductor) assemble() error {
	for i, id := range c.core.Boot().Cores {
		box := c.own
		if i > 0 {
			window, err := c.core.Window(id)
			if err != nil {
				return fmt.Errorf("window to %v: %w", id, err)
			}
			box = mailIn(window)
			if err := c.core.Start(id); err != nil && !errors.Is(err, kernel.ErrRunning) {
				return fmt.Errorf("start of %v: %w", id, err)
			}
		}
		c.stands = append(c.stands, &stand{core: c.core, id: id, mail: box})
	}
	for _, s := range c.stands {
		if err := s.alive(); err != nil {
			return err
		}
	}
	return nil
}

func (c *conductor) first() *stand { return c.stands[0] }

// others returns the players that can be made to die.
func (c *conductor) others() []*stand {
	if len(c.stands) == 0 {
		return nil
	}
	return c.stands[1:]
}

// except returns all players but one.
func (c *conductor) except(one *stand) []*stand {
	var rest []*stand
	for _, s := range c.stands {
		if s != one {
			rest = append(rest, s)
		}
	}
	return rest
}

// pairs calls run for all ordered pairs of cores until one fails.
func (c *conductor) pairs(run func(a, b *stand) error) error {
	for _, a := range c.stands {
		for _, b := range c.except(a) {
			if err := run(a, b); err != nil {
				return err
			}
		}
	}
	return nil
}

// nobody returns ids that no core of this machine has.
func (c *conductor) nobody() []kernel.CoreID {
	last := c.stands[len(c.stands)-1].id
	return []kernel.CoreID{last + 1, kernel.MakeCoreID(last.Machine()+1, last.Index())}
}

// arg returns a core as an argument of an op.
func arg(id kernel.CoreID) uint64 { return uint64(id) }

// rest lets things happen that nobody reports.
func (c *conductor) rest() {
	c.core.Now() // a driver call: there, and only there, sim can fence a core
	time.Sleep(settle)
}

// want returns an error unless got is the refusal that was wanted.
func want(what string, got, refusal error) error {
	if errors.Is(got, refusal) {
		return nil
	}
	if errors.Is(got, errSilent) {
		return got
	}
	return fmt.Errorf("%s answers %v: want %v", what, got, refusal)
}
