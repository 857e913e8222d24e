package sim

import (
	"fmt"

	"skerry/kernel"
	"skerry/kernel/step"
)

// How cores of a Net live and die.

// Start starts a core that is off or dead, as soon as all have had the notice of its last death.
func (n *Net) Start(id kernel.CoreID) error {
	p := n.place(id)
	if p.machine != nil {
		return fmt.Errorf("sim: start of %v: %w", id, kernel.ErrRunning)
	}
	n.queue.push(event{at: max(n.now, p.quiet), kind: step.Boot, core: id})
	return nil
}

// Kill ends the life of a core. The others get their notices one by one.
func (n *Net) Kill(id kernel.CoreID) error {
	p := n.place(id)
	if p.machine == nil {
		return fmt.Errorf("sim: end of %v: %w", id, kernel.ErrNotRunning)
	}
	p.machine, p.quiet = nil, n.now
	n.trace.note(n.now, died, id, 0, p.life, nil)
	for i, other := range n.ids {
		if n.places[i].machine == nil {
			continue
		}
		at := n.later(n.cfg.Topology(id, other))
		p.quiet = max(p.quiet, at)
		n.queue.push(event{
			at: at, kind: step.Death, core: other, life: n.places[i].life, from: id, past: p.life,
		})
	}
	return nil
}

// boot begins a life, unless the core runs already.
func (n *Net) boot(e event) {
	p := n.place(e.core)
	if p.machine != nil {
		return
	}
	p.life++
	p.alarm++
	p.out, p.ended = nil, nil
	p.machine = n.birth(kernel.BootInfo{
		Core: e.core, Cores: n.ids, Incarnation: p.life, Args: n.cfg.Args,
	})
	e.life = p.life
	n.happen(e)
}

// planDeath plans the next death by the seed.
func (n *Net) planDeath() {
	if mean := n.cfg.Faults.DeathEvery; mean > 0 && n.cfg.Faults.Spared < n.cfg.Cores {
		n.queue.push(event{at: n.now.Add(untilDeath(n.deaths, mean)), kind: reap})
	}
}

// Calm ends the deaths by the seed, and starts all cores that are dead: for a test that wants to
// see a protocol recover.
func (n *Net) Calm() {
	n.cfg.Faults.DeathEvery = 0
	for _, id := range n.ids {
		_ = n.Start(id) // one that runs refuses
	}
}

// reap kills a core that the seed chooses, if it lives, and has it started again.
func (n *Net) reap() {
	if n.cfg.Faults.DeathEvery == 0 {
		return
	}
	spared := n.cfg.Faults.Spared
	id := n.ids[spared+n.deaths.IntN(n.cfg.Cores-spared)]
	if err := n.Kill(id); err == nil && n.cfg.Faults.DeadFor > 0 {
		at := max(n.now.Add(n.cfg.Faults.DeadFor), n.place(id).quiet)
		n.queue.push(event{at: at, kind: step.Boot, core: id})
	}
	n.planDeath()
}

// hears remembers a notice of death.
func (p *place) hears(e event, cores int) {
	if p.ended == nil {
		p.ended = make([]uint64, cores)
	}
	p.ended[e.from.Index()] = e.past
}

// lastEnded returns the last life of a core of whose end this one was told.
func (p *place) lastEnded(id kernel.CoreID) uint64 {
	if p.ended == nil {
		return 0
	}
	return p.ended[id.Index()]
}
