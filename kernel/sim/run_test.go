package sim

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"skerry/kernel"
	"skerry/kernel/epitaph"
)

// The machine's clock stands still while a core computes, and takes no real time to pass.
func TestTimeIsVirtual(t *testing.T) {
	last := Run(t, Config{Cores: 2}, func(c kernel.Core) error {
		begin := c.Now()
		c.Wait(begin.Add(time.Minute))
		if passed := c.Now().Sub(begin); passed != time.Minute {
			return fmt.Errorf("a quiet wait of a minute took %v", passed)
		}
		return nil
	})
	wantExited(t, last)
}

// A kick arrives after the time that the topology says, if the seed leaves it alone.
func TestKickTakesTheTopologysTime(t *testing.T) {
	near, far := 10*time.Microsecond, 70*time.Microsecond
	cfg := Config{Cores: 4, Topology: Clusters(2, near, far)}
	last := Run(t, cfg, func(c kernel.Core) error {
		id := c.Boot().Core
		if took, kicked := map[kernel.CoreID]time.Duration{1: near, 3: far}[id]; kicked {
			if !c.Wait(kernel.Forever) || c.Now() != kernel.Instant(took) {
				return fmt.Errorf("a kick came at %v: want %v", time.Duration(c.Now()), took)
			}
		} else if id == 0 {
			c.Kick(1)
			c.Kick(3)
		}
		c.Wait(c.Now().Add(time.Millisecond)) // an earlier death would end the others' waits
		return nil
	})
	wantExited(t, last)
}

// Lost, doubled and late kicks come in about the shares that the config asks for, and the same ones
// again under the same seed.
func TestKickFaults(t *testing.T) {
	faults := Faults{KickLost: 0.25, KickDoubled: 0.5, KickLate: 0.5, Jitter: time.Millisecond}
	cfg := Config{Cores: 2, Seed: 5, Faults: faults}.checked()
	var runs [2]string
	for i := range runs {
		m := &Machine{cfg: cfg, kicks: map[pair]*rand.Rand{}}
		lost, doubled, late := 0, 0, 0
		for range 4000 {
			fate := m.fate(pair{0, 1})
			switch {
			case len(fate) == 0:
				lost++
			case len(fate) == 2:
				doubled++
			case fate[0] > time.Microsecond:
				late++
			}
		}
		runs[i] = fmt.Sprint(lost, doubled, late)
		if lost < 800 || lost > 1200 || doubled < 1300 || doubled > 1700 || late < 600 || late > 900 {
			t.Errorf("of 4000: %d lost, %d doubled, %d late: want about 1000, 1500, 750",
				lost, doubled, late)
		}
	}
	if runs[0] != runs[1] {
		t.Errorf("the same seed gave %s and then %s", runs[0], runs[1])
	}
}

// A script kills and starts cores; each death is told to the others, with the right life.
func TestScriptKillsAndStarts(t *testing.T) {
	cfg := Config{Cores: 3}
	cfg.Script = func(m *Machine) {
		for range 2 {
			time.Sleep(time.Millisecond)
			if err := errors.Join(m.Kill(2), m.Start(2)); err != nil {
				m.complain("script: %v", err)
			}
		}
		if m.Start(2) == nil || m.Kill(7) == nil || m.Start(7) == nil {
			m.complain("script: a running core started, or one that does not exist: want refusals")
		}
	}
	last := Run(t, cfg, func(c kernel.Core) error {
		if boot := c.Boot(); boot.Core == 2 && boot.Incarnation < 3 {
			c.Wait(kernel.Forever)
			return errors.New("the end of the world came early")
		} else if boot.Core == 2 {
			return nil
		}
		for life := uint64(1); life <= 2; life++ {
			want := kernel.Notice{Core: 2, Incarnation: life, Cause: epitaph.Killed}
			for c.Wait(kernel.Forever); ; c.Wait(kernel.Forever) {
				if n, there := c.Notice(); there && n != want {
					return fmt.Errorf("notice %+v: want %+v", n, want)
				} else if there {
					break
				}
			}
		}
		return nil
	})
	wantExited(t, last)
}

// wantExited fails the test unless all cores ended well.
func wantExited(t *testing.T, last []kernel.Epitaph) {
	t.Helper()
	for _, e := range last {
		if e.Cause != epitaph.Exited {
			t.Errorf("%v: want it exited", e)
		}
	}
}
