package kerneltest_test

import (
	"bytes"
	"testing"
	"time"

	"skerry/kernel/epitaph"
	"skerry/kernel/kerneltest"
	"skerry/kernel/sim"
)

// The sim driver keeps the contract, whichever cores it starts and however far apart they are.
func TestSimConforms(t *testing.T) {
	for name, cfg := range map[string]sim.Config{
		"three cores": {Cores: 3},
		"five cores":  {Cores: 5, Topology: sim.Clusters(2, time.Microsecond, 50*time.Microsecond)},
		"first only":  {Cores: 3, FirstOnly: true},
	} {
		t.Run(name, func(t *testing.T) {
			var console bytes.Buffer
			cfg.Panics = true
			last := sim.Run(t, cfg, kerneltest.To(&console))
			if err := kerneltest.Check(console.String()); err != nil {
				t.Error(err)
			}
			for _, e := range last {
				if e.Cause != epitaph.Exited {
					t.Errorf("%v: want it exited", e)
				}
			}
		})
	}
}
