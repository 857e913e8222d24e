package sim

import (
	"testing"

	"skerry/kernel"
	"skerry/kernel/epitaph"
)

// Start starts a machine in real time, and returns while it runs. It ends with the test. Start is
// for programs that testing/synctest cannot wait for, such as network stacks that have a way of
// their own to sleep; for others Run is better, because nothing there depends on the host's speed.
//
// Kicks, their delays and deaths have the same seed as in Run. A life ends at its driver calls, of
// which none returns any more, and in what Config.Hold stops. If the test fails, the log tells how
// to replay it.
func Start(t testing.TB, cfg Config, program kernel.Program) *Machine {
	t.Helper()
	m := newMachine(cfg, program)
	m.settle = func() {}
	again := replay(t, cfg.Seed)
	m.boot()
	quit := make(chan struct{})
	go m.attend(quit)
	t.Cleanup(func() {
		close(quit)
		<-m.over
		m.mu.Lock()
		defer m.mu.Unlock()
		for _, complaint := range m.complaints {
			t.Error(complaint)
		}
		if t.Failed() {
			t.Log(again)
		}
	})
	return m
}

// attend carries out deaths until the test ends, and then that of all cores.
func (m *Machine) attend(quit <-chan struct{}) {
	defer close(m.over)
	for reaper := m.nextDeath(); ; {
		select {
		case o := <-m.orders:
			o.done <- m.bury(o)
		case <-reaper:
			m.reap()
			reaper = m.nextDeath()
		case <-quit:
			m.mu.Lock()
			m.ended = true
			m.mu.Unlock()
			m.buryAll(epitaph.Stopped, "the test ended")
			return
		}
	}
}
