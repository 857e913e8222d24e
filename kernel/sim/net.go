package sim

import (
	"fmt"
	"math/rand/v2"
	"time"

	"skerry/kernel"
	"skerry/kernel/step"
)

// Net is a machine whose cores run step machines. It has no goroutines: whoever calls Step or Run
// makes time pass. All that happens follows from the config and from the calls.
//
// Messages from one core to another stay in order; there is no order between different pairs. What
// a core sent before it died arrives or is lost, but nothing arrives after the notice of its death.
// A core starts again when all the others have had that notice. A message to a core that is dead by
// then, or in another life when it arrives, is lost; the sender isn't told. A core doesn't hear of
// deaths before its own start.
type Net struct {
	cfg    Config
	birth  func(kernel.BootInfo) step.Machine
	ids    []kernel.CoreID
	now    kernel.Instant
	queue  queue
	places []place // by core index
	delays *rand.Rand
	deaths *rand.Rand
	trace  trace
}

// place is where the lives of one core happen.
type place struct {
	machine step.Machine   // nil: off or dead
	life    uint64         // its incarnation; the last one's if it's dead
	alarm   uint64         // number of the latest SetAlarm
	out     []channel      // by receiver; nil until something is sent
	ended   []uint64       // the last life of each core of which a notice came; nil until one comes
	quiet   kernel.Instant // when the last notice of its last death will have arrived
}

// channel is what a sender knows of its messages to one core.
type channel struct {
	from, to uint64         // the two lives
	waiting  int            // sent and not yet arrived; at most Config.Ring
	last     kernel.Instant // when the latest message will arrive; the next one can't be earlier
}

// NewNet makes a machine and starts its cores; birth makes the step machine of each new life.
func NewNet(cfg Config, birth func(kernel.BootInfo) step.Machine) *Net {
	cfg = cfg.checked()
	n := &Net{
		cfg: cfg, birth: birth, ids: cfg.ids(), places: make([]place, cfg.Cores),
		delays: stream(cfg.Seed, streamDelay), deaths: stream(cfg.Seed, streamDeath),
		trace: newTrace(cfg),
	}
	for _, id := range n.ids {
		if id == 0 || !cfg.FirstOnly {
			n.queue.push(event{at: n.later(0), kind: step.Boot, core: id})
		}
	}
	n.planDeath()
	return n
}

// Now returns the time of the latest event, or what Run was given.
func (n *Net) Now() kernel.Instant { return n.now }

// Machine returns the step machine of a core, nil if it doesn't run: for a test to look into.
func (n *Net) Machine(id kernel.CoreID) step.Machine { return n.place(id).machine }

// Incarnation returns the number of a core's life, or of its last one if it is dead.
func (n *Net) Incarnation(id kernel.CoreID) uint64 { return n.place(id).life }

// Hash returns a hash of all that has happened: the same for the same run.
func (n *Net) Hash() uint64 { return n.trace.hash.Sum64() }

// Step makes the next event happen; false if there is none.
func (n *Net) Step() bool {
	if len(n.queue.heap) == 0 {
		return false
	}
	e := n.queue.pop()
	n.now = e.at
	switch e.kind {
	case reap:
		n.reap()
	case step.Boot:
		n.boot(e)
	case step.Message:
		n.arrive(e)
	default:
		n.happen(e)
	}
	return true
}

// Run makes everything happen that does so within d.
func (n *Net) Run(d time.Duration) {
	end := n.now.Add(d)
	for at, more := n.queue.next(); more && at <= end; at, more = n.queue.next() {
		n.Step()
	}
	n.now = end
}

// Command gives a core a request from above.
func (n *Net) Command(id kernel.CoreID, body []byte) error {
	p := n.place(id)
	if p.machine == nil {
		return fmt.Errorf("sim: command for %v: %w", id, kernel.ErrNotRunning)
	}
	n.happen(event{kind: step.Command, core: id, life: p.life, body: append([]byte(nil), body...)})
	return nil
}

// place returns the place of a core; a core that doesn't exist is a bug of the caller.
func (n *Net) place(id kernel.CoreID) *place {
	if !n.cfg.has(id) {
		panic(fmt.Sprintf("sim: %v: want one of %d cores", id, n.cfg.Cores))
	}
	return &n.places[id.Index()]
}

// later returns the time at which something happens that takes d at least.
func (n *Net) later(d time.Duration) kernel.Instant {
	return n.now.Add(d + upTo(n.delays, n.cfg.Faults.Jitter))
}

// happen gives an event to the life that it is meant for, if that is still there.
func (n *Net) happen(e event) {
	p := n.place(e.core)
	if p.machine == nil || p.life != e.life || e.kind == step.Tick && e.past != p.alarm {
		return
	}
	in := step.Event{Kind: e.kind, Now: n.now, From: e.from, Body: e.body}
	switch e.kind {
	case step.Boot:
		in.Incarnation = e.life
	case step.Death:
		in.Incarnation = e.past
		p.hears(e, n.cfg.Cores)
	}
	n.trace.note(n.now, happenings[e.kind], e.core, e.from, in.Incarnation, e.body)
	out := &outbox{net: n, core: e.core, open: true}
	p.machine.Step(in, out)
	out.open = false
	for i := range e.body {
		e.body[i] = spoilt // a machine that kept the body sees it change
	}
}

// spoilt overwrites message bodies after the step in which they were valid.
const spoilt = 0xdb
