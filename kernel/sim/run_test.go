package sim

import (
	"errors"
	"fmt"
	"runtime"
	"sync/atomic"
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
	cfg := Config{Cores: 2, Seed: 5, Faults: faults}
	var runs [2]string
	for i := range runs {
		m := newMachine(cfg, nil)
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
		near := func(count, want int) bool { return count > want*8/10 && count < want*12/10 }
		if !near(lost, 1000) || !near(doubled, 1500) || !near(late, 750) {
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

// Deaths by the seed are carried out soundly in the midst of a program: what a dead life wrote last
// is complete, and the life after it has the next number.
func TestSeedKillsProgramsSoundly(t *testing.T) {
	Seeds(t, 5, func(t *testing.T, seed uint64) {
		cfg := Config{Cores: 4, Seed: seed}
		cfg.Faults = Faults{
			DeathEvery: time.Millisecond, DeadFor: 5 * time.Millisecond, Spared: 1,
			KickLost: 0.1, KickDoubled: 0.1, KickLate: 0.3, Jitter: 100 * time.Microsecond,
		}
		lives := 0
		last := Run(t, cfg, func(c kernel.Core) error {
			boot := c.Boot()
			if boot.Core > 0 {
				return writer(c)
			}
			dead := map[kernel.CoreID]uint64{}
			for end := c.Now().Add(50 * time.Millisecond); c.Now() < end; {
				c.Wait(c.Now().Add(time.Millisecond))
				n, there := c.Notice()
				if !there {
					continue
				}
				w, err := c.Window(n.Core)
				if err != nil {
					return err
				}
				if n.Incarnation <= dead[n.Core] || w[0] != w[1] {
					return fmt.Errorf("%+v after life %d, window %v: want it complete",
						n, dead[n.Core], w[:2])
				}
				dead[n.Core] = n.Incarnation
				lives++
			}
			for _, id := range boot.Cores[1:] {
				_ = c.Stop(id) // one that is dead refuses
			}
			return nil
		})
		wantExited(t, last[:1])
		if lives < 10 {
			t.Errorf("core 0 had %d notices: want a rougher machine", lives)
		}
	})
}

// writer writes two bytes of the window to core 0 the same, between driver calls, as long as it
// lives.
func writer(c kernel.Core) error {
	w, err := c.Window(0)
	for err == nil {
		c.Wait(c.Now().Add(100 * time.Microsecond))
		c.Kick(0)
		w[0]++
		w[1] = w[0]
	}
	return err
}

// When Stop returns, the stopped core is not between two statements, although it was running when
// it was stopped. A driver that doesn't wait for that is found out.
func TestStopFencesARunningCore(t *testing.T) {
	torn := func(settle func()) bool {
		var first, second atomic.Int32
		var seen bool
		m := newMachine(Config{Cores: 2}, func(c kernel.Core) error {
			c.Wait(c.Now().Add(time.Millisecond)) // both go on at the same time
			if c.Boot().Core == 0 {
				err := c.Stop(1)
				seen = first.Load() != second.Load()
				return err
			}
			for range 1 << 16 {
				first.Add(1)
			}
			second.Store(first.Load())
			c.Wait(kernel.Forever)
			return nil
		})
		if settle != nil {
			m.settle = settle
		}
		m.live(t)
		return seen
	}
	for range 20 {
		if torn(nil) {
			t.Fatal("a stopped core was seen between two writes: want it fenced")
		}
	}
	if runtime.GOMAXPROCS(0) == 1 {
		t.Skip("the planted driver is NOT tried: with one P, no core runs while another stops it")
	}
	for range 1000 {
		if torn(func() {}) {
			return
		}
	}
	t.Error("the planted driver, which does not wait, was not found out in 1000 stops")
}

// A panic of a program fails the test that didn't expect it; a machine without an end does too.
func TestRunFindsPanicsAndEndlessMachines(t *testing.T) {
	for name, program := range map[string]kernel.Program{
		"panic":   func(kernel.Core) error { panic("planted") },
		"endless": func(c kernel.Core) error { c.Wait(kernel.Forever); return nil },
	} {
		m := newMachine(Config{Cores: 1}, program)
		if m.live(t); len(m.complaints) != 1 {
			t.Errorf("%s: complaints %q: want one", name, m.complaints)
		}
	}
}
