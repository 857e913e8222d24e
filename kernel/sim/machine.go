package sim

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"testing/synctest"
	"time"

	"skerry/kernel"
	"skerry/kernel/epitaph"
)

// Machine is a set of cores that run programs. Its methods are for Config.Script, and for a test
// that has called Start.
type Machine struct {
	cfg     Config
	program kernel.Program
	born    time.Time
	ids     []kernel.CoreID
	orders  chan order    // deaths asked for; the goroutine of run carries them out
	over    chan struct{} // closed when the machine has ended
	dice    *rand.Rand    // deaths by the seed
	settle  func()        // waits until all goroutines are blocked: synctest.Wait

	mu         sync.Mutex // guards what is below, and lives' notices; held for moments only
	slots      []slot     // by core index
	windows    map[pair][]byte
	kicks      map[pair]*rand.Rand
	running    int
	ended      bool // Start: no life begins any more
	complaints []string
}

// slot is the place of a core, whatever life it is in.
type slot struct {
	life        *life // nil: off or dead
	incarnation uint64
	page        epitaph.Page
}

// pair names two cores; for a window, the lower one comes first.
type pair struct{ a, b kernel.CoreID }

// order asks for the end of a core's life.
type order struct {
	core   kernel.CoreID
	life   *life // nil: whichever runs
	cause  epitaph.Cause
	reason string
	done   chan error // gets one answer
}

func newMachine(cfg Config, program kernel.Program) *Machine {
	cfg = cfg.checked()
	return &Machine{
		cfg: cfg, program: program, ids: cfg.ids(), slots: make([]slot, cfg.Cores),
		windows: map[pair][]byte{}, kicks: map[pair]*rand.Rand{},
		dice: stream(cfg.Seed, streamDeath), settle: synctest.Wait,
	}
}

// boot starts the machine; its clock and channels belong to the bubble that it is called in.
func (m *Machine) boot() {
	m.born, m.orders, m.over = time.Now(), make(chan order), make(chan struct{})
	first := m.ids
	if m.cfg.FirstOnly {
		first = m.ids[:1]
	}
	for _, id := range first {
		if err := m.Start(id); err != nil {
			panic(err)
		}
	}
	if m.cfg.Script != nil {
		go m.cfg.Script(m)
	}
}

// run carries out deaths until no core runs; then it lets what is left of dead lives end.
func (m *Machine) run() {
	defer time.Sleep(linger)
	defer close(m.over)
	tooLong, reaper := time.After(WallMax), m.nextDeath()
	for m.alive() > 0 {
		select {
		case o := <-m.orders:
			o.done <- m.bury(o)
		case <-reaper:
			m.reap()
			reaper = m.nextDeath()
		case <-tooLong:
			m.giveUp()
		}
	}
}

// nextDeath returns a timer for the next death by the seed; nil if there is to be none.
func (m *Machine) nextDeath() <-chan time.Time {
	if m.cfg.Faults.DeathEvery <= 0 {
		return nil
	}
	return time.After(untilDeath(m.dice, m.cfg.Faults.DeathEvery))
}

// reap kills a core that the seed chooses, and has it started again later. A core that is dead
// already is left alone.
func (m *Machine) reap() {
	spared := m.cfg.Faults.Spared
	if spared >= m.cfg.Cores {
		return
	}
	id := m.ids[spared+m.dice.IntN(m.cfg.Cores-spared)]
	err := m.bury(order{core: id, cause: epitaph.Killed, reason: "by the seed"})
	if err == nil && m.cfg.Faults.DeadFor > 0 {
		// A core that was started meanwhile is left alone.
		time.AfterFunc(m.cfg.Faults.DeadFor, func() { _ = m.Start(id) })
	}
}

// bury ends a life: the fence, the epitaph, the notices. Only the goroutine of run calls it.
func (m *Machine) bury(o order) error {
	m.mu.Lock()
	place := &m.slots[o.core.Index()]
	dead := place.life
	m.mu.Unlock()
	if dead == nil || o.life != nil && o.life != dead {
		return fmt.Errorf("sim: end of %v: %w", o.core, kernel.ErrNotRunning)
	}
	if m.cfg.Hold != nil {
		m.cfg.Hold(o.core, dead.info.Incarnation)
	}
	close(dead.fence)
	m.settle()

	m.mu.Lock()
	defer m.mu.Unlock()
	place.life = nil
	m.running--
	kernel.Epitaph{
		Core: o.core, Incarnation: place.incarnation, Cause: o.cause, At: m.Now(), Reason: o.reason,
	}.Inscribe(&place.page)
	notice := kernel.Notice{Core: o.core, Incarnation: place.incarnation, Cause: o.cause}
	for i := range m.slots {
		if l := m.slots[i].life; l != nil {
			l.tell(notice)
		}
	}
	return nil
}

// giveUp ends a machine that has no end of its own.
func (m *Machine) giveUp() {
	m.complain("sim: %d cores still run after %v: want an end", m.alive(), WallMax)
	m.buryAll(epitaph.Silent, "ran on at the end of time")
}

// buryAll ends all lives.
func (m *Machine) buryAll(cause epitaph.Cause, reason string) {
	for _, id := range m.ids {
		_ = m.bury(order{core: id, cause: cause, reason: reason}) // an error says that it is dead
	}
}

// alive returns how many cores run.
func (m *Machine) alive() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.running
}

// complain makes the test fail when the machine has ended.
func (m *Machine) complain(format string, values ...any) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.complaints = append(m.complaints, fmt.Sprintf(format, values...))
}

// epitaphs returns all epitaphs, by core index.
func (m *Machine) epitaphs() []kernel.Epitaph {
	all := make([]kernel.Epitaph, len(m.slots))
	for i := range m.slots {
		all[i], _ = kernel.ReadEpitaph(&m.slots[i].page)
	}
	return all
}
