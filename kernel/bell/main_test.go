package bell

import (
	"fmt"
	"os"
	"testing"
	"time"

	"skerry/kernel"
)

// arrival is how long a test waits for what must come. No test asserts less.
const arrival = 20 * time.Second

// computeVariable makes the test's binary the program of computeBeside: with the value "raw" it
// plants a bell that the runtime's monitor does not hear.
const computeVariable = "SKERRY_TEST_COMPUTE"

// TestMain makes the test's binary a program that waits on file 3, or the tests.
func TestMain(m *testing.M) {
	if kind := os.Getenv(computeVariable); kind != "" {
		computeBeside(kind == "raw")
		return
	}
	os.Exit(m.Run())
}

// computeBeside idles until the Go runtime's monitor thread sleeps. When the bell rings, it starts
// a goroutine that computes, and waits for a second ring.
func computeBeside(raw bool) {
	b, err := New(3)
	if err != nil {
		panic(err)
	}
	if raw {
		b.poll = func(uintptr) bool {
			b.rung = Take(b.fd)
			return b.rung
		}
	}
	awaitRing(b)
	go func() {
		for {
		}
	}()
	awaitRing(b)
	fmt.Println(wokenLine)
}

const wokenLine = "woken beside a goroutine that computes"

func awaitRing(b *Bell) {
	for !b.Wait(kernel.Forever) {
	}
}

func eventually(t *testing.T, what string, cond func() bool) {
	t.Helper()
	for end := time.Now().Add(arrival); !cond(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("not in %v: %s", arrival, what)
		}
	}
}
