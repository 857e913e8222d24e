package sim

import (
	"math/rand/v2"
	"time"

	"skerry/kernel"
)

// kick sends a kick on its way, as often and as late as the seed decides: the nth kick from one
// core to another has the same fate in every run under a seed.
func (m *Machine) kick(from, to kernel.CoreID) {
	if !m.cfg.has(to) {
		return
	}
	for _, delay := range m.fate(pair{from, to}) {
		time.AfterFunc(delay, func() { m.deliver(to) })
	}
}

// fate decides on one kick: how late it arrives, each time that it does.
func (m *Machine) fate(p pair) []time.Duration {
	m.mu.Lock()
	defer m.mu.Unlock()
	dice := m.kicks[p]
	if dice == nil {
		dice = stream(m.cfg.Seed, pairStream(p.a, p.b))
		m.kicks[p] = dice
	}
	f := m.cfg.Faults
	lost, doubled := happens(dice, f.KickLost), happens(dice, f.KickDoubled)
	first, second := m.kickDelay(dice, p), m.kickDelay(dice, p)
	switch {
	case lost:
		return nil
	case doubled:
		return []time.Duration{first, second}
	}
	return []time.Duration{first}
}

// kickDelay decides how long a kick takes.
func (m *Machine) kickDelay(dice *rand.Rand, p pair) time.Duration {
	delay := m.cfg.Topology(p.a, p.b)
	late := upTo(dice, m.cfg.Faults.Jitter)
	if happens(dice, m.cfg.Faults.KickLate) {
		delay += late
	}
	return delay
}

// happens decides on something that happens in the given share of cases.
func happens(dice *rand.Rand, share float64) bool { return dice.Float64() < share }

// deliver makes the present or next Wait of a core return, if it runs.
func (m *Machine) deliver(to kernel.CoreID) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if l := m.slots[to.Index()].life; l != nil {
		l.wake()
	}
}
