package bare

import (
	"flag"
	"math/rand/v2"
	"testing"
)

// go test ./test/bare -run S60Calls -calls 100000000 -timeout 1h makes more.
var (
	callsMade = flag.Uint64("calls", 10_000_000, "random system calls that TestS60Calls makes")
	callsSeed = flag.Uint64("seed", rand.Uint64()>>32, "of the random system calls")
)

// No system call, whatever its number and arguments, makes ring 0 fault, changes another core's
// memory, or keeps page frames: an instance makes them at random, and what ends is only that.
// Planted: below.
func TestS60Calls(t *testing.T) {
	t.Parallel()
	calls := *callsMade
	if testing.Short() {
		calls = min(calls, 200_000)
	}
	m := bootHostile(t, built, *callsSeed, calls)
	m.patience *= 5
	if status := m.Status(); status != 0 {
		t.Fatalf("-seed %d: exit status %d: want 0", *callsSeed, status)
	}
	t.Log(m.Expect(`hostile: (\d+ calls in .*)`)[1])
}

// Random calls find a driver that takes segments from a frame, if there are any.
func TestS60CallsFindPlantedBug(t *testing.T) {
	t.Parallel()
	const set = "f.CS, f.SS = layout.SelectorUserCode, layout.SelectorUserData"
	segments := plant{"kernel/process/frame.go", set, "if f.CS == 0 {\n" + set + "\n}", ""}
	binaries, err := Build(t.TempDir(), overlay(t, segments))
	if err != nil {
		t.Fatal(err)
	}
	m := bootHostile(t, binaries, 1, 10_000_000)
	m.Expect(`hostile: breach: seed 1, life \d+: +ring 0: exception `)
	if status := m.Status(); status != 1 {
		t.Errorf("exit status %d: want 1", status)
	}
}
