package bell

import (
	"context"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"skerry/kernel"
)

func bellOf(t *testing.T) *Bell {
	t.Helper()
	fd, err := unix.Eventfd(0, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK)
	if err != nil {
		t.Fatal(err)
	}
	b, err := New(fd)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { b.file.Close() })
	return b
}

// wakes returns how many of the kicks of another thread end a wait, each sent when the one before
// was received, at any point of a wait.
func wakes(b *Bell, kicks uint64, patience time.Duration) (woken uint64) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(2)) // with one, each kick waits for the monitor
	var sent, received atomic.Uint64
	done := make(chan struct{})
	go func() {
		defer close(done)
		for n := uint64(1); n <= kicks; n++ {
			sent.Store(n)
			Ring(b.fd)
			for received.Load() < n { // on a P of its own: the waiter stays on the other
			}
			// From long before the next wait to long after it.
			for next := Now().Add(time.Duration(n%128) * 100); Now() < next; {
			}
		}
	}()
	for n := uint64(1); n <= kicks; n++ {
		ended := true
		for ended && sent.Load() < n {
			ended = b.Wait(Now().Add(patience))
		}
		if ended {
			woken++
		}
		received.Store(n)
	}
	<-done
	return woken
}

// No kick is lost, whenever it comes. Planted: a bell that forgets, at the start of a wait, kicks
// that came since the core last looked for work, and that gives them time to come.
func TestNoKickIsLost(t *testing.T) {
	const kicks = 20_000
	b := bellOf(t)
	if woken := wakes(b, kicks, arrival); woken != kicks {
		t.Errorf("%d kicks ended %d waits: want all", kicks, woken)
	}
	if runtime.NumCPU() == 1 {
		return // both never run at once, and no kick comes just before a wait
	}
	forgetful := bellOf(t)
	forgetful.poll = func(uintptr) bool {
		for end := Now().Add(10 * time.Microsecond); !forgetful.slept && Now() < end; {
		}
		forgetful.rung = Take(forgetful.fd) && forgetful.slept
		forgetful.slept = true
		return forgetful.rung
	}
	eventually(t, "a kick is forgotten", func() bool {
		return wakes(forgetful, kicks/100, time.Millisecond) < kicks/100
	})
}

// A kick that came before Wait ends it. Planted: a bell that waits for the poller's edge and does
// not look at the counter first, which sleeps on after such a kick.
func TestKickBeforeWait(t *testing.T) {
	early := func(b *Bell, patience time.Duration) bool {
		Ring(b.fd)
		time.Sleep(5 * time.Millisecond) // the poller sees the edge
		end := Now().Add(patience)
		b.arm(end)
		b.raw.Read(b.poll)
		return Now() < end
	}
	if !early(bellOf(t), arrival) {
		t.Error("the kick is lost")
	}
	forgetful := bellOf(t)
	looked := false
	forgetful.poll = func(uintptr) bool {
		looked, forgetful.rung = true, looked
		return forgetful.rung
	}
	if early(forgetful, 20*time.Millisecond) {
		t.Error("a bell that does not look at the counter passes too")
	}
}

// A wait takes the kicks: the next one lasts until its deadline, however many there were.
func TestWaitTakesTheKicks(t *testing.T) {
	b := bellOf(t)
	for _, deadline := range []kernel.Instant{kernel.Forever, Now() - 1, -kernel.Forever} {
		Ring(b.fd)
		Ring(b.fd)
		if !b.Wait(deadline) {
			t.Errorf("wait until %d: no kick: want one", deadline)
		}
		if end := Now().Add(time.Millisecond); b.Wait(end) || Now() < end {
			t.Errorf("after a wait until %d: a kick, or back at %d before %d: want neither",
				deadline, Now(), end)
		}
	}
}

// Waiting and kicking allocate nothing, with a deadline or without.
func TestBellDoesNotAllocate(t *testing.T) {
	b := bellOf(t)
	count := testing.AllocsPerRun(100, func() {
		Ring(b.fd)
		b.Wait(kernel.Forever)
		Ring(b.fd)
		b.Wait(Now().Add(time.Hour))
		b.Wait(Now().Add(time.Microsecond))
	})
	if count != 0 {
		t.Errorf("%v allocations a round: want none", count)
	}
}

// A goroutine that computes keeps no kick from the loop, not even after the core was idle. Planted:
// a bell that never tells the scheduler of a system call, and is left alone by its monitor.
func TestKickBesideComputation(t *testing.T) {
	if !wokenBeside(t, "ordinary", arrival) {
		t.Error("the second kick does not wake")
	}
	if wokenBeside(t, "raw", 500*time.Millisecond) {
		t.Error("the check does not see that the monitor sleeps")
	}
}

// wokenBeside runs computeBeside as a process with one P, rings twice, and tells whether it ends.
func wokenBeside(t *testing.T, kind string, patience time.Duration) bool {
	fd, err := unix.Eventfd(0, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK)
	if err != nil {
		t.Fatal(err)
	}
	file := os.NewFile(uintptr(fd), "bell")
	defer file.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond+patience)
	defer cancel()
	program := exec.CommandContext(ctx, "/proc/self/exe")
	program.Env = append(os.Environ(), computeVariable+"="+kind, "GOMAXPROCS=1")
	program.ExtraFiles = []*os.File{file}
	go func() {
		for range 2 {
			time.Sleep(100 * time.Millisecond)
			Ring(fd)
		}
	}()
	said, _ := program.Output()
	return strings.Contains(string(said), wokenLine)
}
