package harness

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"
)

// machine is a pretended machine: a probe's time, and subjects that take so many probes' time.
type machine struct {
	probes []float64 // one after the other; the last one again and again
	order  []string
}

func (m *machine) probe() (float64, error) {
	now := m.probes[0]
	if len(m.probes) > 1 {
		m.probes = m.probes[1:]
	}
	return now, nil
}

func (m *machine) subject(name string, probes float64) Subject {
	run := func(count int) (time.Duration, error) {
		m.order = append(m.order, name)
		return time.Duration(float64(count) * probes * m.probes[0]), nil
	}
	return Subject{Case: "case", Name: name, Kind: Each("time", time.Nanosecond), Run: run}
}

// Samples count for the class of their probes, and not at all if these disagree.
func TestRunClassesSamples(t *testing.T) {
	m := &machine{probes: []float64{25, 25, 25, 25, 25, 300, 300, 300, 300, 300, 25, 25, 25}}
	s := m.subject("double", 2)
	s.Count = 10
	plan := Plan{Subjects: []Subject{s}, Probe: m.probe, Time: time.Minute, Rounds: 12}
	result, err := plan.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	near, far := result.Values(s, Near), result.Values(s, Far)
	if len(near) != 6 || len(far) != 4 || result.Dropped != 2 || result.Taken != 12 {
		t.Errorf("%d near, %d far, %d of %d dropped: want 6, 4, 2 of 12", len(near), len(far),
			result.Dropped, result.Taken)
	}
	if slices.Max(near) != 50 || slices.Min(far) != 600 {
		t.Errorf("near up to %v, far from %v: want 50, 600", slices.Max(near), slices.Min(far))
	}
}

// The count of a sample comes to fill SampleTime, and samples before that do not count.
func TestRunFindsTheCount(t *testing.T) {
	m := &machine{probes: []float64{25}}
	s := m.subject("plain", 1)
	last := 0
	measure := s.Run
	s.Run = func(count int) (time.Duration, error) { last = count; return measure(count) }
	plan := Plan{Subjects: []Subject{s}, Probe: m.probe, Time: time.Minute, Rounds: 10}
	result, err := plan.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if want := int(SampleTime / 25); last != want {
		t.Errorf("the last count is %d: want %d", last, want)
	}
	if n := len(result.Values(s, Near)); n < 7 || n > 9 {
		t.Errorf("%d of 10 samples count: want all but the first one to three", n)
	}
}

// The same seed gives the same order, another seed another one; every round has every subject.
func TestRunOrder(t *testing.T) {
	order := func(seed uint64) []string {
		m := &machine{probes: []float64{25}}
		subjects := []Subject{m.subject("a", 1), m.subject("b", 2), m.subject("c", 3),
			m.subject("d", 4), m.subject("e", 5)}
		plan := Plan{Subjects: subjects, Probe: m.probe, Seed: seed, Time: time.Minute, Rounds: 4}
		if _, err := plan.Run(t.Context()); err != nil {
			t.Fatal(err)
		}
		return m.order
	}
	one, again, other := order(1), order(1), order(2)
	if !slices.Equal(one, again) || slices.Equal(one, other) {
		t.Errorf("orders %v, %v of seed 1, %v of seed 2: want two alike", one, again, other)
	}
	for round := range slices.Chunk(one, 5) {
		if got := slices.Sorted(slices.Values(round)); strings.Join(got, "") != "abcde" {
			t.Errorf("a round is %v: want each subject once", round)
		}
	}
}

// A subject with Every takes part in one round of so many.
func TestRunEvery(t *testing.T) {
	m := &machine{probes: []float64{25}}
	slow := m.subject("slow", 1)
	slow.Every = 4
	plan := Plan{Subjects: []Subject{m.subject("quick", 1), slow}, Probe: m.probe,
		Time: time.Minute, Rounds: 12}
	if _, err := plan.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	slices.Sort(m.order)
	if first, _ := slices.BinarySearch(m.order, "slow"); first != 12 || len(m.order) != 15 {
		t.Errorf("order %v: want 12 times quick, 3 times slow", m.order)
	}
}

// A subject that fails is named and left out; the others go on. A failing probe ends the run.
func TestRunFailures(t *testing.T) {
	m := &machine{probes: []float64{25}}
	bad, calls := m.subject("bad", 1), 0
	bad.Run = func(int) (time.Duration, error) { calls++; return 0, errors.New("broken") }
	good := m.subject("good", 1)
	plan := Plan{Subjects: []Subject{bad, good}, Probe: m.probe, Time: time.Minute, Rounds: 5}
	result, err := plan.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if calls != 1 || result.Failed["case/bad"] == nil || len(m.order) != 5 {
		t.Errorf("%d calls, failures %v, %d good samples: want 1, case/bad, 5", calls,
			result.Failed, len(m.order))
	}
	plan.Probe = func() (float64, error) { return 0, errors.New("no probe") }
	if _, err := plan.Run(t.Context()); err == nil {
		t.Error("a run without a probe succeeded: want an error")
	}
}
