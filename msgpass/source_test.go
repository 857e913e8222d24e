package msgpass

import (
	"testing"

	"skerry/kernel"
)

// tray is a source that gets work when Arm is called for the first time: after the last poll.
type tray struct {
	late, polled int
	armed        bool
}

func (s *tray) Poll() bool {
	some := s.late > 0
	s.polled += s.late
	s.late = 0
	return some
}

func (s *tray) Arm() bool {
	if !s.armed {
		s.armed, s.late = true, 1
	}
	return s.late == 0
}

// sleeper notes whether a core went to sleep.
type sleeper struct {
	*fakeCore
	slept bool
}

func (s *sleeper) Wait(kernel.Instant) bool { s.slept = true; return false }

// A core does not go to sleep over work that came to a source after the source was polled. A wait
// set that does not arm its sources does.
func TestWaitMissesNoSource(t *testing.T) {
	for _, forgets := range []bool{false, true} {
		core := &sleeper{fakeCore: newFakeCore(0, 1, nil)}
		w, s := NewWaitSet(core), new(tray)
		w.AddSource(s)
		if forgets {
			s.Arm()
			w.sources = nil
		}
		w.Wait(1)
		if core.slept != forgets {
			t.Fatalf("forgets %v: slept: %v", forgets, core.slept)
		}
		w.Wait(1)
		if !forgets && s.polled != 1 {
			t.Fatalf("%d pieces of work were done: want 1", s.polled)
		}
	}
}

// talker is a source that sends when it is polled for the second time, as another goroutine may
// while the core spins.
type talker struct {
	polls int
	send  func()
}

func (s *talker) Poll() bool {
	if s.polls++; s.polls == 2 {
		s.send()
	}
	return false
}

func (s *talker) Arm() bool { return true }

// asking is a core that tells at each Wait what was true then.
type asking struct {
	*fakeCore
	now  kernel.Instant
	note func()
}

func (a *asking) Now() kernel.Instant { a.now++; return a.now }

func (a *asking) Wait(kernel.Instant) bool { a.note(); return false }

// A core that is awake may be left to tell its peers of what others send: a peer that sleeps is
// kicked before this core sleeps, and Asleep is true from then on only. Planted: a sender that
// trusts in that while the core sleeps.
func TestAwakeCoreTellsForOthers(t *testing.T) {
	a, b := pair(t)
	core := a.core.(*fakeCore)
	core.kicks = map[kernel.CoreID]int{}
	asks := &asking{fakeCore: core}
	w, wr := NewWaitSet(asks), NewWaitSet(b.core)
	if w.Add(a) != nil || wr.Add(b) != nil {
		t.Fatal("an empty wait set is full")
	}
	wr.setSleeping(1)
	w.budget = 10 // looks at the clock
	w.AddSource(&talker{send: func() { send(a, 1) }})
	slept := 0
	asks.note = func() {
		slept++
		if core.kicks[1] != 1 || !w.Asleep() {
			t.Errorf("asleep %v, %d kicks: want the peer kicked before", w.Asleep(), core.kicks[1])
		}
		send(a, 2)
		if core.kicks[1] != 1 {
			t.Error("a sender that leaves it to a sleeper is not found")
		}
	}
	w.Wait(kernel.Forever)
	if slept != 1 || w.Asleep() {
		t.Errorf("slept %d times, asleep %v: want once, and awake", slept, w.Asleep())
	}
}
