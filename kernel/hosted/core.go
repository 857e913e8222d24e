package hosted

import (
	"fmt"
	"os"
	"sync"

	"skerry/kernel"
	"skerry/kernel/bell"
	"skerry/kernel/epitaph"
)

// Core is the driver's half in the instance. It implements kernel.Core.
type Core struct {
	boot     kernel.BootInfo
	bell     *bell.Bell
	peers    []peer        // by core index, the core itself included
	ports    []portRecord  // that are published
	page     *epitaph.Page // this core's
	pageFile int           // kept open: see takeSeat
	wire     *wire
	deaths   obituaries

	request sync.Mutex   // held from a request until its answer
	answers chan message // capacity 1

	dying sync.Mutex // held by whoever inscribes the epitaph, until the end
}

// peer is what a core has of another one; of itself it has the bell only.
type peer struct {
	window []byte
	bell   int
	page   *epitaph.Page
}

var _ kernel.Core = (*Core)(nil)

// Boot implements kernel.Core.
func (c *Core) Boot() kernel.BootInfo { return c.boot }

// Now implements kernel.Core.
func (c *Core) Now() kernel.Instant { return Now() }

// Window implements kernel.Core.
func (c *Core) Window(id kernel.CoreID) ([]byte, error) {
	switch {
	case int(id) >= len(c.peers):
		return nil, kernel.ErrNoCore
	case id == c.boot.Core:
		return nil, kernel.ErrSelf
	}
	return c.peers[id].window, nil
}

// Kick implements kernel.Core.
func (c *Core) Kick(id kernel.CoreID) {
	if int(id) < len(c.peers) {
		bell.Ring(c.peers[id].bell)
	}
}

// Wait implements kernel.Core.
func (c *Core) Wait(deadline kernel.Instant) bool { return c.bell.Wait(deadline) }

// Notice implements kernel.Core.
func (c *Core) Notice() (kernel.Notice, bool) { return c.deaths.take() }

// Start implements kernel.Core.
func (c *Core) Start(id kernel.CoreID) error { return c.ask(verbStart, id) }

// Stop implements kernel.Core.
func (c *Core) Stop(id kernel.CoreID) error { return c.ask(verbStop, id) }

// Epitaph implements kernel.Core.
func (c *Core) Epitaph(id kernel.CoreID) (kernel.Epitaph, bool) {
	switch {
	case int(id) >= len(c.peers):
		return kernel.Epitaph{}, false
	case id == c.boot.Core:
		return kernel.ReadEpitaph(c.page)
	}
	return kernel.ReadEpitaph(c.peers[id].page)
}

// Die implements kernel.Core.
func (c *Core) Die(reason string) {
	c.dying.Lock()
	kernel.Epitaph{
		Core: c.boot.Core, Incarnation: c.boot.Incarnation, Cause: epitaph.Panicked, At: Now(),
		Reason: reason,
	}.Inscribe(c.page)
	os.Exit(1)
}

// ask sends a request to the launcher and waits for the answer.
func (c *Core) ask(what verb, id kernel.CoreID) error {
	c.request.Lock()
	defer c.request.Unlock()
	if err := c.wire.send(message{Verb: what, Core: id}); err != nil {
		return fmt.Errorf("hosted: ask the launcher to %s %v: %w", what, id, err)
	}
	reply := <-c.answers
	if err := reply.err(); err != nil {
		return fmt.Errorf("hosted: %s %v: %w", what, id, err)
	}
	return nil
}

// listen takes what the launcher sends, until the launcher is gone: then the core must be gone too.
func (c *Core) listen() {
	for {
		m, err := c.wire.receive()
		if err != nil {
			fmt.Fprintf(os.Stderr, "hosted: %v: the launcher is gone: %v\n", c.boot.Core, err)
			os.Exit(1)
		}
		switch m.Verb {
		case verbAnswer:
			c.answers <- m
		case verbDeath:
			c.deaths.add(m.Notice)
			c.Kick(c.boot.Core)
		}
	}
}
