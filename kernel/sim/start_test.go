package sim

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"skerry/kernel"
	"skerry/kernel/epitaph"
)

// Beside a test, cores die and start when it says so: a life is held before others hear of its
// death, and all lives end with the test.
func TestStart(t *testing.T) {
	var m *Machine
	said := make(chan string, 100)
	t.Run("machine", func(t *testing.T) {
		cfg := Config{Cores: 3, Hold: func(id kernel.CoreID, incarnation uint64) {
			said <- fmt.Sprintf("%v, life %d, is held", id, incarnation)
		}}
		m = Start(t, cfg, func(c kernel.Core) error {
			for {
				c.Wait(kernel.Forever)
				if n, there := c.Notice(); there && c.Boot().Core == 0 {
					said <- fmt.Sprintf("life %d of %v was %v", n.Incarnation, n.Core, n.Cause)
				}
			}
		})
		for life := 1; life < 4; life++ {
			if err := m.Kill(2); err != nil {
				t.Fatal(err)
			}
			for _, want := range []string{
				fmt.Sprintf("core 2, life %d, is held", life),
				fmt.Sprintf("life %d of core 2 was killed", life),
			} {
				if got := <-said; got != want {
					t.Errorf("%s: want %s", got, want)
				}
			}
			if e, _ := m.Epitaph(2); e.Cause != epitaph.Killed || e.Incarnation != uint64(life) {
				t.Errorf("%v: want life %d killed", e, life)
			}
			if err := m.Kill(2); !errors.Is(err, kernel.ErrNotRunning) {
				t.Errorf("killed again: %v: want %v", err, kernel.ErrNotRunning)
			}
			if got := m.Running(); !slices.Equal(got, []kernel.CoreID{0, 1}) {
				t.Errorf("%v run: want the first two", got)
			}
			if err := m.Start(2); err != nil {
				t.Fatal(err)
			}
		}
	})
	if got := m.Running(); len(got) > 0 {
		t.Errorf("after the test %v run: want none", got)
	}
	if err := m.Start(0); err == nil {
		t.Error("a core starts after the test: want a refusal")
	}
}

// An interrupt makes a Wait return though the seed loses all kicks.
func TestInterruptIsNotLost(t *testing.T) {
	woken := make(chan kernel.CoreID)
	m := Start(t, Config{Cores: 2, Faults: Faults{KickLost: 1}}, func(c kernel.Core) error {
		c.Kick(1)
		for c.Wait(kernel.Forever) {
			woken <- c.Boot().Core
		}
		return nil
	})
	m.Interrupt(1)
	if id := <-woken; id != 1 {
		t.Errorf("%v wakes: want core 1", id)
	}
}
