package shard

import (
	"testing"
	"time"

	"skerry/kernel/sim"
)

// seeds returns how many seeds to run.
func seeds(n int) int {
	if testing.Short() {
		return n / 10
	}
	return n
}

// unrest is a machine with small channels, and messages and notices that take their time.
func unrest(cores int, seed uint64) sim.Config {
	return sim.Config{
		Cores: cores, Seed: seed, Ring: 1 + int(seed%8),
		Topology: sim.Uniform(time.Microsecond),
		Faults:   sim.Faults{Jitter: time.Duration(seed%4) * 5 * time.Microsecond},
	}
}

// live runs a world in which cores die, one at a time so that no shard loses both copies, and start
// again. It returns the first thing that is wrong.
func (w *world) live(rounds int) error {
	for range rounds {
		if err := w.stir(); err != nil {
			return err
		}
	}
	if err := w.rest(20 * time.Millisecond); err != nil {
		return err
	}
	return w.past.Check()
}

// stir lets time pass, and then perhaps kills or starts a core.
func (w *world) stir() error {
	err := w.run(time.Duration(20+w.dice.IntN(100)) * time.Microsecond)
	victim := w.ids[w.dice.IntN(len(w.ids))]
	if w.dice.IntN(3) > 0 {
		w.tryKill(victim)
	} else if w.site(victim) == nil {
		_ = w.net.Start(victim) // it may be about to start
	}
	return err
}

// No acknowledged write is lost, whichever core dies, and what clients see is linearizable.
func TestDeathsOneAtATime(t *testing.T) {
	for _, c := range []struct{ cores, spares int }{{2, 0}, {3, 0}, {5, 0}, {2, 1}, {4, 2}} {
		sim.Seeds(t, seeds(200), func(t *testing.T, seed uint64) {
			w := newSparingWorld(unrest(c.cores, seed), c.spares, 6, 8)
			err := w.live(30)
			if total := w.total(); err == nil && total.lost > 0 {
				t.Errorf("%d shards were lost: want none", total.lost)
			}
			if err != nil {
				t.Errorf("%d cores, %d spares: %v", c.cores, c.spares, err)
			}
		})
	}
}

// Whichever cores die, and when, there are never two primaries, no core hangs or panics, and in the
// end all shards are at home with a backup that has the same content.
func TestDeathsAtAnyTime(t *testing.T) {
	for _, c := range []struct{ cores, spares int }{
		{1, 0}, {2, 0}, {4, 0}, {7, 0}, {2, 1}, {5, 2},
	} {
		sim.Seeds(t, seeds(100), func(t *testing.T, seed uint64) {
			cfg := unrest(c.cores, seed)
			cfg.Faults.DeathEvery = time.Duration(100+50*(seed%5)) * time.Microsecond
			cfg.Faults.DeadFor = 80 * time.Microsecond
			w := newSparingWorld(cfg, c.spares, 6, 8)
			if err := w.run(3 * time.Millisecond); err != nil {
				t.Fatalf("%d cores, %d spares: %v", c.cores, c.spares, err)
			}
			if err := w.rest(20 * time.Millisecond); err != nil {
				t.Errorf("%d cores, %d spares: %v", c.cores, c.spares, err)
			}
		})
	}
}

// A long history with deaths in it, on few keys, is linearizable.
func TestLongHistory(t *testing.T) {
	sim.Seeds(t, min(3, seeds(10)), func(t *testing.T, seed uint64) {
		cfg := unrest(5, seed)
		w := newWorld(cfg, 12, 16)
		for ended := 0; ended < 10_000; _, ended = w.past.Len() {
			if err := w.stir(); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.rest(20 * time.Millisecond); err != nil {
			t.Error(err)
		}
		if err := w.past.Check(); err != nil {
			t.Error(err)
		}
		begun, ended := w.past.Len()
		t.Logf("%d operations, %d of them ended; %+v", begun, ended, w.total())
	})
}

// The same seed is the same run.
func TestRunsAreReplayable(t *testing.T) {
	run := func() uint64 {
		w := newWorld(unrest(4, 7), 6, 8)
		for range 20 {
			if err := w.stir(); err != nil {
				t.Fatal(err)
			}
		}
		return w.net.Hash()
	}
	if a, b := run(), run(); a != b {
		t.Errorf("two runs with the hashes %x and %x: want the same", a, b)
	}
}
