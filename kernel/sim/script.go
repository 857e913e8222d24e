package sim

import (
	"fmt"
	"time"

	"skerry/kernel"
	"skerry/kernel/epitaph"
)

// What a Config.Script may do, and what the cores' driver calls come down to. A script may sleep;
// when the machine has ended, it stays where it is.

// Now returns the machine's time.
func (m *Machine) Now() kernel.Instant { return kernel.Instant(time.Since(m.born)) }

// Start starts a core that is off or dead.
func (m *Machine) Start(id kernel.CoreID) error {
	if !m.cfg.has(id) {
		return fmt.Errorf("sim: start of %v: %w", id, kernel.ErrNoCore)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	place := &m.slots[id.Index()]
	switch {
	case m.ended:
		return fmt.Errorf("sim: start of %v after the machine's end: want it before", id)
	case place.life != nil:
		return fmt.Errorf("sim: start of %v: %w", id, kernel.ErrRunning)
	}
	place.incarnation++
	place.life = newLife(m, id, place.incarnation)
	m.running++
	go place.life.run()
	return nil
}

// Kill ends a core's life as the host would, and returns when it is fenced.
func (m *Machine) Kill(id kernel.CoreID) error {
	return m.end(order{core: id, cause: epitaph.Killed, reason: "by the script"}, nil)
}

// end asks for a death and waits until it is complete, or until the asking life is fenced itself.
func (m *Machine) end(o order, asking *life) error {
	if !m.cfg.has(o.core) {
		return fmt.Errorf("sim: end of %v: %w", o.core, kernel.ErrNoCore)
	}
	o.done = make(chan error, 1)
	var fence chan struct{}
	if asking != nil {
		fence = asking.fence
	}
	select {
	case m.orders <- o:
		select {
		case err := <-o.done:
			return err
		case <-fence:
		}
	case <-fence:
	case <-m.over:
		return fmt.Errorf("sim: end of %v: %w", o.core, kernel.ErrNotRunning)
	}
	asking.park()
	return nil
}

// Cores returns how many cores the machine has.
func (m *Machine) Cores() int { return m.cfg.Cores }

// Running returns the cores that run, ascending.
func (m *Machine) Running() (ids []kernel.CoreID) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for i := range m.slots {
		if m.slots[i].life != nil {
			ids = append(ids, m.ids[i])
		}
	}
	return ids
}

// Interrupt makes the present or next Wait of a core return, as a device does. It is never lost.
func (m *Machine) Interrupt(id kernel.CoreID) {
	if m.cfg.has(id) {
		m.deliver(id)
	}
}

// window returns the memory that two cores share.
func (m *Machine) window(a, b kernel.CoreID) []byte {
	m.mu.Lock()
	defer m.mu.Unlock()
	p := pair{min(a, b), max(a, b)}
	if m.windows[p] == nil {
		m.windows[p] = make([]byte, kernel.WindowBytes)
	}
	return m.windows[p]
}

// Epitaph returns how a core's last life ended; false: none has.
func (m *Machine) Epitaph(id kernel.CoreID) (kernel.Epitaph, bool) {
	if !m.cfg.has(id) {
		return kernel.Epitaph{}, false
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	return kernel.ReadEpitaph(&m.slots[id.Index()].page)
}
