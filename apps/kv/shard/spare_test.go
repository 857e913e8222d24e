package shard

import (
	"testing"
	"time"

	"skerry/kernel/sim"
)

// Spares keep the copies, and take clients from when no other core lives until one has its shard
// again.
func TestSpares(t *testing.T) {
	const cores, spares, shards = 5, 2, 3
	w := newSparingWorld(sim.Config{
		Cores: cores, Seed: 2, Topology: sim.Uniform(time.Microsecond),
	}, spares, 0, shards)
	w.patient = true
	w.net.Run(time.Millisecond)
	for s, keeper := range []int{3, 4, 3} {
		if got := w.site(w.ids[s]).replicas[s].backup.core; got != keeper {
			t.Errorf("shard %d: core %d is its backup: want spare %d", s, got, keeper)
		}
	}
	expect := func(when string, want bool) {
		t.Helper()
		w.net.Run(time.Millisecond)
		for _, id := range w.ids[shards:] {
			if got := w.site(id).serves; got != want {
				t.Errorf("%s: spare %v takes clients: %t: want %t", when, id, got, want)
			}
		}
	}
	expect("all live", false)
	for core := range shards {
		w.kill(w.ids[core])
		expect("some, or all, others are dead", core == shards-1)
	}
	for core := range shards {
		if err := w.net.Start(w.ids[core]); err != nil {
			t.Fatal(err)
		}
		expect("another one lives", false)
	}
	if err := w.rest(time.Millisecond); err != nil {
		t.Error(err)
	}
	if lost := w.total().lost; lost > 0 {
		t.Errorf("%d shards were lost: want none", lost)
	}
}
