package vitals

import (
	"errors"
	"fmt"
	"runtime/metrics"
	"slices"
	"strings"
	"testing"
	"time"

	"skerry/coreos"
	"skerry/kernel"
	"skerry/kernel/sim"
)

const patience = 100 * time.Millisecond

// on runs a program on so many cores; core 0 looks at the vitals of all a second after the start.
func on(t *testing.T, cores int, app func(*coreos.OS, *Vitals) error, look func(*Vitals)) {
	t.Helper()
	run := func(s *coreos.OS) error {
		v, err := Of(s)
		if err != nil {
			return err
		}
		if s.Core().Boot().Core != 0 {
			return app(s, v)
		}
		time.Sleep(time.Second)
		look(v)
		for _, id := range s.Core().Boot().Cores[1:] {
			s.Core().Stop(id) // an error says that it is dead already
		}
		return nil
	}
	sim.Run(t, sim.Config{Cores: cores, Args: []string{"test"}, Panics: true},
		coreos.Program(coreos.App{Name: "test", Run: run}))
}

// stay never returns.
func stay(*coreos.OS, *Vitals) error { select {} }

// Each core that runs answers for itself; one that is dead is told as such, with its end, and does
// not keep the others' answers back.
func TestGather(t *testing.T) {
	on(t, 3, func(s *coreos.OS, v *Vitals) error {
		if s.Core().Boot().Core == 2 {
			return errors.New("bad luck")
		}
		v.Count("jobs_total", func() uint64 { return 41 })
		v.Count("drops_total", func() uint64 { return 7 })
		return stay(s, v)
	}, func(v *Vitals) {
		r := v.Gather(patience)
		if r[0].State != Running || r[0].Heap == 0 || r[0].Uptime != time.Second {
			t.Errorf("core 0: %+v: want it running for a second, with a heap", r[0])
		}
		want := []Counter{{"jobs_total", 41}, {"drops_total", 7}}
		if r[1].State != Running || r[1].Memory == 0 || !slices.Equal(r[1].Counters, want) {
			t.Errorf("core 1: %+v: want it running, with memory and %v", r[1], want)
		}
		if r[2].State != Dead || !r[2].Died || r[2].Death.Reason != "bad luck" {
			t.Errorf("core 2: %+v: want it dead of bad luck", r[2])
		}
	})
}

// A core that is started again answers again, with its new life.
func TestGatherAfterRestart(t *testing.T) {
	on(t, 2, func(s *coreos.OS, v *Vitals) error {
		if s.Core().Boot().Incarnation < 3 {
			return errors.New("too early")
		}
		return stay(s, v)
	}, func(v *Vitals) {
		for range 2 {
			if err := v.core.Start(1); err != nil {
				t.Error(err)
			}
			time.Sleep(time.Second)
		}
		r := v.Gather(patience)[1]
		if r.State != Running || r.Life != 3 || r.Death.Incarnation != 2 {
			t.Errorf("core 1: %+v: want it running its life 3", r)
		}
	})
}

// Who does not answer in time is told as silent, however many ask, and one question is on its way
// to it. Planted: a core that hangs.
func TestGatherFromSilent(t *testing.T) {
	run := func(s *coreos.OS) error {
		v, err := Of(s)
		if err != nil || s.Core().Boot().Core != 0 {
			time.Sleep(3 * time.Second)
			return err
		}
		time.Sleep(time.Second)
		var first *answer
		for i := range 1000 {
			begin := s.Core().Now()
			r := v.Gather(time.Millisecond)[1]
			if took := s.Core().Now().Sub(begin); r.State != Silent || took > time.Millisecond {
				t.Fatalf("core 1: %+v after %v: want no answer after a millisecond", r, took)
			}
			if asked := v.peers[0].asked; i == 0 {
				first = asked
			} else if asked != first || asked == nil {
				t.Fatalf("question %p is on its way: want still the first, %p", asked, first)
			}
		}
		return nil
	}
	sim.Run(t, sim.Config{Cores: 2, Args: []string{"test"}}, func(core kernel.Core) error {
		if core.Boot().Core == 1 {
			core = &hangs{Core: core, at: core.Now().Add(time.Second / 2)}
		}
		return coreos.Program(coreos.App{Name: "test", Run: run})(core)
	})
}

// hangs is a core whose loop gets no further after some time.
type hangs struct {
	kernel.Core
	at kernel.Instant
}

func (h *hangs) Wait(deadline kernel.Instant) bool {
	if h.Now() >= h.at {
		select {}
	}
	return h.Core.Wait(deadline)
}

// Counters that cannot be told are refused.
func TestCountRefuses(t *testing.T) {
	on(t, 1, stay, func(v *Vitals) {
		read := func() uint64 { return 1 }
		long := strings.Repeat("x", MemberReportCountersMax-counterBytesMax-1)
		for _, c := range []struct{ name, want string }{
			{"", "want a name"}, {"a b", "want a name"}, {"a\n", "want a name"},
			{"_", "want a name"}, {"Ab", "want a name"}, {"one", ""}, {"one", "want each once"},
			{long, "want at most"},
		} {
			err := v.Count(c.name, read)
			if (err == nil) != (c.want == "") || err != nil &&
				!strings.Contains(err.Error(), c.want) {
				t.Errorf("counter %q: %v: want %q", c.name, err, c.want)
			}
		}
	})
}

// As many counters as are taken fit an answer, with the highest values.
func TestCountersFit(t *testing.T) {
	taken := 0
	on(t, 2, func(s *coreos.OS, v *Vitals) error {
		highest := func() uint64 { return 1<<64 - 1 }
		for v.Count(fmt.Sprintf("counter%d", taken), highest) == nil {
			taken++
		}
		return stay(s, v)
	}, func(v *Vitals) {
		if c := v.Gather(patience)[1].Counters; len(c) != taken || taken == 0 {
			t.Errorf("%d counters come: want %d", len(c), taken)
		}
	})
}

// What a peer says of its counters is not trusted.
func TestParseCounters(t *testing.T) {
	got := parseCounters("a 1\n\nb\nb -1\n{x} 2\nc 3\nd 4 5\ne\x00 6")
	if want := []Counter{{"a", 1}, {"c", 3}}; !slices.Equal(got, want) {
		t.Errorf("%v: want %v", got, want)
	}
}

// FuzzParseCounters: whatever a peer says, what is taken of it can be told to Prometheus.
func FuzzParseCounters(f *testing.F) {
	f.Add("a 1\nb_total 18446744073709551615\nc\x00 3\n d 4")
	f.Fuzz(func(t *testing.T, text string) {
		for _, c := range parseCounters(text) {
			if !counterName.MatchString(c.Name) || !strings.Contains(text, c.Name+" ") {
				t.Errorf("%q of %q: want a counter's name that is in there", c.Name, text)
			}
		}
	})
}

// Each stop is in all classes whose bound it is within.
func TestClasses(t *testing.T) {
	got := classes(&metrics.Float64Histogram{
		Counts:  []uint64{1, 2, 4, 8},
		Buckets: []float64{0, 10e-6, 29e-6, 20e-3, 1e3},
	})
	if want := [8]uint64{1, 3, 3, 3, 3, 3, 7, 15}; got != want {
		t.Errorf("%v: want %v", got, want)
	}
}
