package sim

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"

	"skerry/kernel"
)

// Run runs program on every core of a machine until none runs any more, and returns the epitaphs,
// by core index; the zero Epitaph for a core that never ran. The test fails if the machine does not
// end, or if a core panics and the config doesn't allow it; then the log tells how to replay it.
func Run(t *testing.T, cfg Config, program kernel.Program) []kernel.Epitaph {
	t.Helper()
	m := newMachine(cfg, program)
	m.live(t)
	for _, complaint := range m.complaints {
		t.Error(complaint)
	}
	if t.Failed() && !strings.Contains(t.Name(), seedPrefix) {
		t.Log(replay(t, cfg.Seed))
	}
	return m.epitaphs()
}

// live is the life of the machine, in a bubble of its own. When the machine has ended, time stands
// still there for good, and synctest panics if goroutines are left: those of dead lives, which are
// meant to stay where they are. Any other panic goes on.
func (m *Machine) live(t *testing.T) {
	ended := false
	defer func() {
		if p := recover(); p != nil && !ended {
			panic(fmt.Sprintf("sim: %v", p))
		}
	}()
	synctest.Test(t, func(*testing.T) {
		m.boot()
		m.run()
		ended = true
	})
}
