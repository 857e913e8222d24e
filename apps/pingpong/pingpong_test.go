package pingpong

import (
	"testing"
	"time"

	"skerry/coreos"
	"skerry/kernel/epitaph"
	"skerry/kernel/sim"
)

// The game is played to its end on any number of cores, and nothing that was sent is missing,
// though kicks are lost, late and doubled.
func TestPlaysOverSim(t *testing.T) {
	sim.Seeds(t, 4, func(t *testing.T, seed uint64) {
		ends := sim.Run(t, sim.Config{
			Cores: 2 + int(seed%3), Seed: seed, Args: []string{"pingpong", "4ms"},
			Faults: sim.Faults{
				Jitter: 50 * time.Microsecond, KickLost: 0.01, KickLate: 0.1, KickDoubled: 0.1,
			},
		}, coreos.Program(App()))
		for _, e := range ends {
			if e.Cause != epitaph.Exited {
				t.Errorf("%v: want exited", e)
			}
		}
	})
}

// Arguments that are no time are refused.
func TestParseRefuses(t *testing.T) {
	for _, args := range [][]string{{"fast"}, {"-1s"}, {"0s"}, {"1s", "2s"}} {
		if d, err := parse(args); err == nil {
			t.Errorf("arguments %q give %v: want a refusal", args, d)
		} else {
			t.Log(err)
		}
	}
}
