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
