package sim

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"skerry/kernel"
	ksim "skerry/kernel/sim"
)

// machine is one on which a lot happens: the smallest channels, and a death per core and
// millisecond.
func machine(cores int, seed uint64) ksim.Config {
	return ksim.Config{
		Cores: cores, Seed: seed, Ring: 1,
		Topology: ksim.Clusters(8, time.Microsecond, 5*time.Microsecond),
		Faults: ksim.Faults{
			DeathEvery: time.Millisecond / time.Duration(cores), DeadFor: 200 * time.Microsecond,
			Jitter: 10 * time.Microsecond,
		},
	}
}

// history runs registers under a seed: writes here and there while cores die, then quiet. It
// returns the hash of the run, and the first promise that was not kept.
func history(cores int, seed uint64, planted bug) (hash uint64, broken error) {
	n := ksim.NewNet(machine(cores, seed), births(planted))
	dice := rand.New(rand.NewPCG(seed, uint64(cores)))
	before := make([]sighting, cores)
	for range 40 {
		n.Run(20 * time.Microsecond)
		write(n, kernel.MakeCoreID(0, uint16(dice.IntN(cores))))
		if broken == nil {
			broken = neverBack(n, before)
		}
	}
	n.Calm()
	n.Run(time.Millisecond)
	write(n, kernel.MakeCoreID(0, uint16(dice.IntN(cores))))
	n.Run(time.Millisecond)
	if broken == nil {
		broken = allTheSame(n, cores)
	}
	return n.Hash(), broken
}

// write has a core write three times in a row, so that its channels are full at the last one.
func write(n *ksim.Net, id kernel.CoreID) {
	for range 3 {
		_ = n.Command(id, nil) // a core that is dead refuses: then nothing is written
	}
}

// sighting is what a core was seen to hold.
type sighting struct {
	life  uint64
	value stamp
}

// neverBack checks that no value went back since the last look.
func neverBack(n *ksim.Net, before []sighting) error {
	for i := range before {
		id := kernel.MakeCoreID(0, uint16(i))
		r, runs := n.Machine(id).(*register)
		if !runs {
			continue
		}
		now, last := sighting{n.Incarnation(id), r.value}, before[i]
		if now.life == last.life && now.value.compare(last.value) < 0 {
			return fmt.Errorf("%v went back from %+v to %+v", id, last, now)
		}
		before[i] = now
	}
	return nil
}

// allTheSame checks that all cores run and hold the same value.
func allTheSame(n *ksim.Net, cores int) error {
	var want stamp
	for i := range cores {
		id := kernel.MakeCoreID(0, uint16(i))
		r, runs := n.Machine(id).(*register)
		switch {
		case !runs:
			return fmt.Errorf("%v does not run: want all to run in the end", id)
		case i == 0:
			want = r.value
		case r.value != want:
			return fmt.Errorf("%v holds %+v and core 0 holds %+v: want the same", id, r.value, want)
		}
	}
	return nil
}

// The register keeps its promises, whatever the seed, on small machines and on the largest.
func TestRegisterKeepsItsPromises(t *testing.T) {
	sizes := []struct{ cores, seeds int }{{2, 50}, {3, 50}, {16, 30}, {128, 3}, {1024, 1}}
	for _, size := range sizes {
		t.Run(fmt.Sprint(size.cores), func(t *testing.T) {
			ksim.Seeds(t, size.seeds, func(t *testing.T, seed uint64) {
				if _, broken := history(size.cores, seed, sound); broken != nil {
					t.Error(broken)
				}
			})
		})
	}
}

// Bugs that are planted in the register are found within a few seeds.
func TestPlantedBugsAreFound(t *testing.T) {
	for name, planted := range map[string]bug{"forgetful": forgetful, "gullible": gullible} {
		found := false
		for seed := uint64(1); seed <= 10 && !found; seed++ {
			_, broken := history(16, seed, planted)
			found = broken != nil
		}
		if !found {
			t.Errorf("a %s register keeps its promises under 10 seeds: want it found out", name)
		}
	}
}

// The same seed is the same run at every size; a machine that decides by the order of a map is
// found by that.
func TestRunsAreReplayable(t *testing.T) {
	same := func(cores int, planted bug) bool {
		first, _ := history(cores, 3, planted)
		second, _ := history(cores, 3, planted)
		return first == second
	}
	for _, cores := range []int{2, 16, 256} {
		if !same(cores, sound) {
			t.Errorf("two runs of %d cores under seed 3 differ: want the same", cores)
		}
	}
	if same(16, unordered) {
		t.Error("two runs that depend on the order of a map have the same hash: want it found out")
	}
}
