package msgpass

import (
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"
)

// plantVariable makes this test binary run a planted bug.
const plantVariable = "MSGPASS_PLANT"

// stream sends count messages of one and of several lines through a ring on the heap, from one
// goroutine to another, and returns the sum of what arrived. The sender's slots are published by
// publish.
func stream(t *testing.T, count uint64, publish func(s *Sender, l *Line, h Header)) uint64 {
	s, r := newRing(t, 64, 7)
	sum := make(chan uint64)
	go func() {
		var total uint64
		for got := uint64(0); got < count; {
			l, h := r.Peek()
			if h == 0 {
				runtime.Gosched()
				continue
			}
			total += l[0]
			if f, ok := r.Further(1); ok && h.lines() > 1 {
				total += f[0]
			}
			r.ReleaseMessage(h)
			got++
		}
		sum <- total
	}()
	for i := uint64(0); i < count; {
		size := PayloadBytes * (1 + int(i%2))
		l := s.TrySlots(size)
		if l == nil {
			runtime.Gosched()
			continue
		}
		if i%2 == 1 {
			s.Further(1)[0] = 1
		}
		l[0] = i
		publish(s, l, MakeHeader(testType, size, 0))
		i++
	}
	return <-sum
}

// Between two goroutines each line belongs to one at a time: the race detector, under which headers
// are stored atomically, finds nothing to report.
func TestRingPassesOwnership(t *testing.T) {
	const count = 10_000
	sum := stream(t, count, func(s *Sender, _ *Line, h Header) { s.PublishMessage(h) })
	if want := uint64(count*(count-1)/2 + count/2); sum != want {
		t.Fatalf("what arrived adds up to %d: want %d", sum, want)
	}
}

// A call slot belongs to one of its ends at a time.
func TestCallSlotPassesOwnership(t *testing.T) {
	const count = 2_000
	line := new(Line)
	go func() {
		callee := NewCallee(line)
		for range count {
			h := callee.Request()
			for ; h == 0; h = callee.Request() {
				runtime.Gosched()
			}
			callee.Line()[1] = callee.Line()[0] + 1
			callee.Answer(h)
		}
	}()
	caller := NewCaller(line)
	for i := range uint64(count) {
		caller.Line()[0] = i
		caller.Call(MakeHeader(testType, 8, 0))
		for caller.Reply() == 0 {
			runtime.Gosched()
		}
		if got := caller.Line()[1]; got != i+1 {
			t.Fatalf("call %d: reply %d", i, got)
		}
	}
}

// The race detector reports a ring that publishes a line before its payload is written, and one
// that publishes it by a plain store: so the tests above would see them.
func TestRaceDetectorSeesPlantedBugs(t *testing.T) {
	plants := map[string]func(s *Sender, l *Line, h Header){
		"header first": func(s *Sender, l *Line, h Header) { s.PublishMessage(h); l[0]++ },
		"plain store": func(s *Sender, l *Line, h Header) {
			for i := 1; i < h.lines(); i++ {
				s.Further(i).publish(MakeHeader(typeFurther, 0, 0) | flagContinued)
			}
			l[headerWord] = uint64(h)
			s.head += uint64(h.lines()) * LineBytes
		},
	}
	if plant, ok := plants[os.Getenv(plantVariable)]; ok {
		stream(t, 1000, plant)
		return
	}
	if plainOrder {
		t.Skip("NO PLANTED BUG WAS SEEN: the test binary was built without -race")
	}
	for name := range plants {
		cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^"+t.Name()+"$")
		cmd.Env = append(os.Environ(), plantVariable+"="+name)
		out, err := cmd.CombinedOutput()
		if err == nil || !strings.Contains(string(out), "DATA RACE") {
			t.Errorf("%s: error %v: want a report of a data race\n%s", name, err, out)
		}
	}
}
