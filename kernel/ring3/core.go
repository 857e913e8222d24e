package ring3

import (
	"errors"
	"fmt"
	"sync/atomic"
	"syscall"
	"time"

	"skerry/kernel"
	"skerry/kernel/bell"
	"skerry/kernel/commons"
	"skerry/kernel/drivercall"
	"skerry/kernel/epitaph"
)

// Core is the core that the instance runs on. It implements kernel.Core and kernel.Inspector.
type Core struct {
	boot    kernel.BootInfo
	driver  driver
	bell    *bell.Bell
	windows [][]byte       // by core index; nil: there is none
	clock   *commons.Clock // to read

	// deaths counts the deaths that the driver knows of; told is its value when there was no notice
	// left. A loop asks at each turn, and asking the driver would cost a system call.
	deaths *uint64
	told   uint64
}

var _ kernel.Core = (*Core)(nil)

// Boot implements kernel.Core.
func (c *Core) Boot() kernel.BootInfo { return c.boot }

// Now implements kernel.Core.
func (c *Core) Now() kernel.Instant { return bell.Now() }

// Window implements kernel.Core.
func (c *Core) Window(id kernel.CoreID) ([]byte, error) {
	switch {
	case int(id) >= len(c.windows):
		return nil, kernel.ErrNoCore
	case id == c.boot.Core:
		return nil, kernel.ErrSelf
	case c.windows[id] == nil:
		return nil, kernel.ErrNoWindow
	}
	return c.windows[id], nil
}

// Kick implements kernel.Core.
func (c *Core) Kick(id kernel.CoreID) { c.driver.kick(id) }

// Wait implements kernel.Core.
func (c *Core) Wait(deadline kernel.Instant) bool { return c.bell.Wait(deadline) }

// Notice implements kernel.Core.
func (c *Core) Notice() (kernel.Notice, bool) {
	// ORDER: none needed: the driver writes it on this core, and counts before it rings the bell.
	count := atomic.LoadUint64(c.deaths)
	if count == c.told {
		return kernel.Notice{}, false
	}
	var d drivercall.Death
	if !c.driver.notice(&d) {
		c.told = count
		return kernel.Notice{}, false
	}
	return kernel.Notice{
		Core: kernel.CoreID(d.Core), Incarnation: d.Incarnation, Cause: epitaph.Cause(d.Cause),
	}, true
}

// Start implements kernel.Core. The driver starts a core a little later than it says. It counts the
// new life before the core is known to run: if somebody else's start is that far, it is this one's.
func (c *Core) Start(id kernel.CoreID) error {
	before, err := c.status(id)
	if err != nil {
		return err
	}
	if err := refusal(c.driver.start(id)); err != nil {
		return fmt.Errorf("ring3: start %v: %w", id, err)
	}
	begun := func(s *commons.Status) bool { return s.Incarnation > before.Ended }
	if !c.await(id, begun) {
		return fmt.Errorf("ring3: start %v: no sign of it in %v", id, patience)
	}
	return nil
}

// Stop implements kernel.Core. The driver ends a core a little later than it says.
func (c *Core) Stop(id kernel.CoreID) error {
	before, err := c.status(id)
	if err != nil {
		return err
	}
	if err := refusal(c.driver.stop(id)); err != nil {
		return fmt.Errorf("ring3: stop %v: %w", id, err)
	}
	fenced := func(s *commons.Status) bool { return s.Ended >= before.Incarnation }
	if !c.await(id, fenced) {
		return fmt.Errorf("ring3: stop %v: its life %d has not ended in %v", id,
			before.Incarnation, patience)
	}
	return nil
}

// await looks at a core's status until the condition holds; false if it does not in time.
func (c *Core) await(id kernel.CoreID, holds func(*commons.Status) bool) bool {
	pause := pauseMin
	for end := c.Now().Add(patience); ; pause = min(2*pause, pauseMax) {
		if s, err := c.status(id); err == nil && holds(&s) {
			return true
		}
		if c.Now() >= end {
			return false
		}
		time.Sleep(pause)
	}
}

// status returns what the driver says of a core.
func (c *Core) status(id kernel.CoreID) (s commons.Status, err error) {
	err = refusal(c.driver.status(id, &s))
	return s, err
}

// Epitaph implements kernel.Core.
func (c *Core) Epitaph(id kernel.CoreID) (kernel.Epitaph, bool) {
	page := new(epitaph.Page)
	if !c.driver.epitaph(id, page) {
		return kernel.Epitaph{}, false
	}
	return kernel.ReadEpitaph(page)
}

// Die implements kernel.Core.
func (c *Core) Die(reason string) {
	text := []byte(reason)
	c.driver.die(epitaph.Panicked, text[:min(len(text), epitaph.ReasonBytes)])
	panic("ring3: a driver call to die returned: want no return")
}

// beat counts up the pulse, by which the driver knows that the instance is alive, as long as it is.
func (c *Core) beat(pulse *uint64) {
	for {
		// ORDER: none needed: the driver only compares it with what it was.
		atomic.AddUint64(pulse, 1)
		time.Sleep(beatEvery)
	}
}

// refusal turns the driver's error number into an error of the contract.
func refusal(err error) error {
	switch {
	case errors.Is(err, syscall.ENODEV):
		return kernel.ErrNoCore
	case errors.Is(err, syscall.EALREADY):
		return kernel.ErrRunning
	case errors.Is(err, syscall.ESRCH):
		return kernel.ErrNotRunning
	case errors.Is(err, syscall.EPERM):
		return kernel.ErrForbidden
	}
	return err
}
