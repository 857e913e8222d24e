package kerneltest

import (
	"fmt"

	"skerry/kernel"
	"skerry/kernel/epitaph"
)

// cases are the suite, in the order in which they run. A case relies on those before it.
var cases = []struct {
	name string
	run  func(*conductor) error
}{
	{"start", (*conductor).assemble},
	{"identity", (*conductor).identity},
	{"window-form", (*conductor).windowForm},
	{"window-zero", (*conductor).windowZero},
	{"window-shared", (*conductor).windowShared},
	{"wait-deadline", (*conductor).waitDeadline},
	{"wait-beside", (*conductor).waitBeside},
	{"kick-ends-wait", (*conductor).kickEndsWait},
	{"kick-before-wait", (*conductor).kickBeforeWait},
	{"clock", (*conductor).clock},
	{"refusals", (*conductor).refusals},
	{"death-exit", dies(opLeave, epitaph.Exited, "")},
	{"death-error", dies(opFail, epitaph.Panicked, "last words")},
	{"death-die", dies(opDie, epitaph.Panicked, "last words")},
	{"death-panic", dies(opPanic, epitaph.Panicked, "")},
	{"death-stop", dies(opStop, epitaph.Stopped, "")},
	{"stop-fences", (*conductor).stopFences},
	{"stop-self", (*conductor).stopSelf},
	{"dead-core", (*conductor).deadCore},
	{"restart", (*conductor).restart},
	{"notice-once", (*conductor).noticeOnce},
}

// identity: every core knows who it is, and all know the same cores.
func (c *conductor) identity() error {
	all := c.first().ask(opBoot)
	for _, s := range c.stands {
		r := s.ask(opBoot)
		switch {
		case r.err != nil:
			return r.err
		case r.values[0] != arg(s.id):
			return fmt.Errorf("%v says it is %v: want itself", s.id, peer(r.values[0]))
		case r.values[1] != s.life || s.life != 1:
			return fmt.Errorf("%v is in life %d: want 1, its first", s.id, r.values[1])
		case r.values[2] != all.values[2]:
			return fmt.Errorf("%v knows other cores than %v: want the same", s.id, c.first().id)
		}
	}
	return nil
}

// refusals: a running core is not started, a core that isn't there is not stopped, nor has it died.
func (c *conductor) refusals() error {
	for _, s := range c.stands {
		for _, other := range c.stands {
			what := fmt.Sprintf("Start of running %v", other.id)
			if err := want(what, s.ask(opStart, arg(other.id)).err, kernel.ErrRunning); err != nil {
				return err
			}
			if r := s.ask(opEpitaph, arg(other.id)); r.err != nil || r.values[0] != 0 {
				return fmt.Errorf("epitaph of %v, in its first life, is %q (%v): want none",
					other.id, r.text, r.err)
			}
		}
		for _, id := range c.nobody() {
			what := fmt.Sprintf("Start of %v, which does not exist,", id)
			if err := want(what, s.ask(opStart, arg(id)).err, kernel.ErrNoCore); err != nil {
				return err
			}
			what = fmt.Sprintf("Stop of %v, which does not exist,", id)
			if err := want(what, s.ask(opStop, arg(id)).err, kernel.ErrNoCore); err != nil {
				return err
			}
			if r := s.ask(opEpitaph, arg(id)); r.err != nil || r.values[0] != 0 {
				return fmt.Errorf("epitaph of %v, which does not exist, is %q (%v): want none",
					id, r.text, r.err)
			}
		}
	}
	return nil
}
