package msgpass

import (
	"fmt"
	"runtime"
	"testing"
)

// notebook is a test that takes note of its first failure rather than fail: to see a check fail
// that a bug was planted for.
type notebook struct {
	testing.TB
	failure string
}

func (n *notebook) Fatal(args ...any) {
	n.failure = fmt.Sprint(args...)
	runtime.Goexit()
}

func (n *notebook) Fatalf(format string, args ...any) { n.Fatal(fmt.Sprintf(format, args...)) }

// failureOf returns how a check fails, or "".
func failureOf(t testing.TB, check func(testing.TB)) string {
	n := &notebook{TB: t}
	done := make(chan struct{})
	go func() {
		defer close(done)
		check(n)
	}()
	<-done
	return n.failure
}

// plantSeeds is how many seeds a planted bug has to be found.
const plantSeeds = 50

// wantSound requires that without a planted bug, the operations of all seeds pass.
func wantSound(t *testing.T, run func(data []byte)) {
	t.Helper()
	for seed := range uint64(plantSeeds) {
		run(random(seed))
	}
}

// wantFound requires that a planted bug makes the operations of some seed fail.
func wantFound(t *testing.T, name string, run func(t testing.TB, data []byte)) {
	t.Helper()
	for seed := range uint64(plantSeeds) {
		failure := failureOf(t, func(t testing.TB) { run(t, random(seed)) })
		if failure != "" {
			t.Logf("%s: seed %d: %s", name, seed, failure)
			return
		}
	}
	t.Errorf("an end that %s is not found under %d seeds", name, plantSeeds)
}

// keep notes some memory of both ends, and returns what undoes changes of it.
func keep(w []byte, at func(offsets) int, size int) (restore func()) {
	var old [2][]byte
	for i, e := range ends {
		old[i] = append(old[i], w[at(e):at(e)+size]...)
	}
	return func() {
		for i, e := range ends {
			copy(w[at(e):], old[i])
		}
	}
}

// keepRings notes the rings that an epoch starts with.
func keepRings(w []byte) (restore func()) {
	return keep(w, func(e offsets) int { return e.ring }, ringSlotsMin*LineBytes)
}

// keepCalls notes the call slots.
func keepCalls(w []byte) (restore func()) {
	return keep(w, func(e offsets) int { return e.calls }, callSlots*LineBytes)
}
