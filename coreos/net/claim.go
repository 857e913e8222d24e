package net

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"time"

	"skerry/coreos/net/card"
	"skerry/kernel"
)

// claim is how a core comes to have the card.
type claim struct {
	cores []kernel.CoreID // that may have it, ascending; this one is not among them: never
	open  func() (card.Card, error)
	set   settings // what the machine's description says; without addresses, DHCP is asked

	at   kernel.Instant // when to try
	busy bool           // trying
}

// begin decides when this core tries for the first time.
func (c *claim) begin(n *node) {
	c.at = n.core.Now().Add(time.Duration(slices.Index(c.cores, n.self)) * succeedAfter)
}

// inherit decides when this core tries because the one that had the card died. Those behind it come
// first.
func (c *claim) inherit(n *node, dead kernel.CoreID) {
	own, its := slices.Index(c.cores, n.self), slices.Index(c.cores, dead)
	if own < 0 {
		return
	}
	distance := (own - its + len(c.cores) - 1) % len(c.cores)
	c.at = n.core.Now().Add(time.Duration(distance) * inheritAfter)
}

// poll tries, if it is time and nobody has the card.
func (c *claim) poll(n *node) {
	if n.held || c.busy || !slices.Contains(c.cores, n.self) || n.core.Now() < c.at {
		return
	}
	c.busy = true
	n.later(n.take)
}

// take opens the card. The caller does not hold the lock.
func (n *node) take() {
	opened, err := n.claim.open()
	n.loop.Lock()
	defer n.loop.Unlock()
	n.claim.busy = false
	n.claim.at = n.core.Now().Add(succeedAfter) // should it be for nothing, try again then
	if errors.Is(err, kernel.ErrTaken) {
		return
	}
	if err != nil {
		fmt.Fprintf(os.Stderr, "coreos/net: %v cannot drive the network card: %v\n", n.self, err)
		return
	}
	newDriver(n, opened).start()
}
