package hosted

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"skerry/kernel"
)

// Each core that is killed is reported to every other one, and starts again, time after time.
// Planted: a core that drops the notice of life 3.
func TestKillAndRestart(t *testing.T) {
	const rounds = 100
	if life := unreported(build(t, 3, "watch"), rounds, arrival); life != 0 {
		t.Errorf("the end of life %d was not reported to all: want all %d", life, rounds)
	}
	if unreported(build(t, 3, "watch", "drop"), 4, time.Second) == 0 {
		t.Error("a core that drops a notice passes too")
	}
}

// unreported kills core 1 in each of its lives. It returns the first whose end a core is not told
// of in time; 0 if there is none.
func unreported(r *rig, lives uint64, patience time.Duration) uint64 {
	r.start(0, 2)
	for life := uint64(1); life <= lives; life++ {
		r.await(fmt.Sprintf("core 1 watches, life %d\n", life))
		if _, err := r.Kill(1); err != nil {
			r.t.Fatal(err)
		}
		r.ended(1, life)
		for _, other := range []int{0, 2} {
			line := fmt.Sprintf("core %d: core 1, life %d, was killed", other, life)
			if !within(patience, func() bool { return strings.Contains(r.said(), line) }) {
				return life
			}
		}
		r.start(1, 1)
	}
	return 0
}

// All other cores learn of a death. The test logs how long it takes; the aim is 50 ms.
func TestNoticeReachesEveryCore(t *testing.T) {
	const cores = 8
	r := build(t, cores, "watch")
	r.start(0, cores-1)
	for id := range cores {
		r.await(fmt.Sprintf("core %d watches", id))
	}
	killed, err := r.Kill(3)
	if err != nil {
		t.Fatal(err)
	}
	for id := range cores {
		if id == 3 {
			continue
		}
		line := fmt.Sprintf("core %d: core 3, life 1, was killed at ", id)
		r.await(line)
		_, rest, _ := strings.Cut(r.said(), line)
		var at kernel.Instant
		if _, err := fmt.Sscan(rest, &at); err != nil || at < killed {
			t.Errorf("core %d got the notice at %d (%v): want it after %d", id, at, err, killed)
		}
		t.Logf("core %d got the notice after %v", id, at.Sub(killed))
	}
}

// A core that reads no notices holds up nobody, and later gets one notice, of the last life.
// Planted: somebody who sends the core one more notice before he goes on.
func TestDeafCoreHoldsUpNobody(t *testing.T) {
	const lives = 400 // more than its socket holds
	r := build(t, 2, "deaf")
	r.start(0, 0)
	r.await("process")
	for life := uint64(1); life <= lives; life++ {
		r.start(1, 1)
		r.ended(1, life)
		// The epitaph is there before the core counts as dead.
		eventually(t, "core 1 is dead", func() bool { _, err := r.Kill(1); return err != nil })
	}
	if sends(r.cores[0].life, 100*time.Millisecond) {
		t.Error("the socket has room: nobody would be held up")
	}
	var process int
	if _, err := fmt.Sscanf(r.said(), "process %d", &process); err != nil {
		t.Fatal(err)
	}
	if err := unix.Kill(process, unix.SIGCONT); err != nil {
		t.Fatal(err)
	}
	r.await(fmt.Sprintf("core 0: core 1, life %d, was", lives))
}

// sends tells whether a notice can be sent to a core in time.
func sends(l *life, patience time.Duration) bool {
	sent := make(chan struct{})
	go func() {
		l.wire.send(message{Verb: verbDeath})
		close(sent)
	}()
	select {
	case <-sent:
		return true
	case <-time.After(patience):
		return false
	}
}
