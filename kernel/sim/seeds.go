package sim

import (
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"testing"
)

// The environment variables that Seeds reads.
const (
	seedVariable  = "SKERRY_SEED"  // run this one seed: a replay
	seedsVariable = "SKERRY_SEEDS" // run so many seeds that nobody ran before: a night's work
)

// seedPrefix begins the name of a subtest of Seeds.
const seedPrefix = "seed="

// Seeds runs a test under the seeds 1 to n, each as a subtest, up to the first that fails, and then
// logs the command that replays it. With SKERRY_SEED=x it runs x alone, and with SKERRY_SEEDS=x
// that many random ones. A panic fails the subtest.
func Seeds(t *testing.T, n int, run func(t *testing.T, seed uint64)) {
	t.Helper()
	for _, seed := range chooseSeeds(t, n) {
		passed := t.Run(fmt.Sprint(seedPrefix, seed), func(t *testing.T) {
			defer func() {
				if p := recover(); p != nil {
					t.Errorf("panic: %v\n%s", p, debug.Stack())
				}
			}()
			run(t, seed)
		})
		if !passed {
			t.Log(replay(t, seed))
			return
		}
	}
}

// chooseSeeds returns the seeds that the environment asks for, or 1 to n.
func chooseSeeds(t *testing.T, n int) []uint64 {
	if text := os.Getenv(seedVariable); text != "" {
		return []uint64{number(t, seedVariable, text)}
	}
	var all []uint64
	if text := os.Getenv(seedsVariable); text != "" {
		for range number(t, seedsVariable, text) {
			all = append(all, rand.Uint64())
		}
		return all
	}
	for i := range n {
		all = append(all, uint64(i)+1)
	}
	return all
}

// number reads the value of an environment variable.
func number(t *testing.T, name, text string) uint64 {
	value, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		t.Fatalf("sim: %s=%q: want a number", name, text)
	}
	return value
}

// replay returns the command that runs a test again under a seed.
func replay(t testing.TB, seed uint64) string {
	names := strings.Split(t.Name(), "/")
	for i, name := range names {
		names[i] = "^" + name + "$"
	}
	return fmt.Sprintf("replay: %s=%d go test %s -run '%s'",
		seedVariable, seed, testPackage(), strings.Join(names, "/"))
}

// testPackage returns the path of the package whose test is running, from the name of the calling
// function in a test file: "path/of/package.TestX", or "path/of/package_test.TestX".
func testPackage() string {
	var callers [callersMax]uintptr
	frames := runtime.CallersFrames(callers[:runtime.Callers(2, callers[:])])
	for more := true; more; {
		var f runtime.Frame
		f, more = frames.Next()
		if !strings.HasSuffix(f.File, "_test.go") {
			continue
		}
		slash := strings.LastIndexByte(f.Function, '/') + 1
		last, _, _ := strings.Cut(f.Function[slash:], ".")
		return f.Function[:slash] + strings.TrimSuffix(last, "_test")
	}
	return "./..."
}

// callersMax bounds how far up testPackage looks for a test.
const callersMax = 32
