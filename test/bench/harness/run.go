package harness

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"
)

// A Plan says what to measure and for how long.
type Plan struct {
	Subjects []Subject
	Seed     uint64        // gives the order of the samples
	Time     time.Duration // for all of it; the sample under way is finished
	Rounds   int           // at most; 0: as many as the time allows

	// Probe returns the time one way, in nanoseconds. Without it there is one class.
	Probe func() (float64, error)
}

// A Result is what a plan's samples gave.
type Result struct {
	series  map[seriesKey]*series
	Rounds  int // begun
	Taken   int // samples
	Dropped int // of these, by disagreeing probes
	Failed  map[string]error
	probed  bool
}

type seriesKey struct {
	subject string // Subject.key
	class   Class
}

// series holds the samples of one subject in one class.
type series struct {
	count  int // of the next sample; 0: not known yet
	values []float64
}

func (s Subject) key() string { return s.Case + "/" + s.Name }

// Run takes samples until the plan's time is over; if ctx is over first, that is an error. A
// subject that fails is left out from then on and named in Failed. An error also means that the
// probe failed, and with it everything.
func (p Plan) Run(ctx context.Context) (*Result, error) {
	random := rand.New(rand.NewPCG(p.Seed, 0))
	end := time.Now().Add(p.Time)
	r := &Result{series: map[seriesKey]*series{}, Failed: map[string]error{},
		probed: p.Probe != nil}
	before, err := p.probe()
	for err == nil && (p.Rounds == 0 || r.Rounds < p.Rounds) && time.Now().Before(end) {
		before, err = r.round(ctx, p, random.Perm(len(p.Subjects)), before, end)
		r.Rounds++
	}
	if ctx.Err() != nil {
		return nil, fmt.Errorf("harness: interrupted: %w", ctx.Err())
	}
	if err != nil {
		return nil, fmt.Errorf("harness: the probe failed: %w", err)
	}
	return r, nil
}

// round takes a sample of each subject that is due, in the given order.
func (r *Result) round(ctx context.Context, p Plan, order []int, before float64,
	end time.Time) (after float64, err error) {
	for _, i := range order {
		s := p.Subjects[i]
		if ctx.Err() != nil || time.Now().After(end) {
			break
		}
		if !s.due(r.Rounds, i) || r.Failed[s.key()] != nil {
			continue
		}
		if before, err = r.sample(p, s, before); err != nil {
			return 0, err
		}
	}
	return before, ctx.Err()
}

// due tells whether subject number index takes part in the round: slow subjects take turns.
func (s Subject) due(round, index int) bool { return s.Every <= 1 || (round+index)%s.Every == 0 }

// sample takes one sample of s. The probe after it is the probe before the next one.
func (r *Result) sample(p Plan, s Subject, before float64) (after float64, err error) {
	guess, known := p.classify(before, before)
	if !known {
		return p.probe()
	}
	count := r.count(s, guess)
	elapsed, failed := s.Run(count)
	if after, err = p.probe(); err != nil {
		return 0, err
	}
	r.Taken++
	if failed != nil {
		r.Failed[s.key()] = failed
		return after, nil
	}
	class, agree := p.classify(before, after)
	if !agree {
		r.Dropped++
		return after, nil
	}
	r.add(s, class, count, elapsed)
	return after, nil
}

func (p Plan) probe() (float64, error) {
	if p.Probe == nil {
		return 0, nil
	}
	return p.Probe()
}

func (p Plan) classify(before, after float64) (Class, bool) {
	if p.Probe == nil {
		return One, true
	}
	return Classify(before, after)
}

// count returns the count of the next sample of s: known from the last sample of the class or,
// failing that, of another class.
func (r *Result) count(s Subject, class Class) int {
	if s.Count > 0 {
		return s.Count
	}
	for _, c := range append([]Class{class}, Classes()...) {
		if known := r.series[seriesKey{s.key(), c}]; known != nil && known.count > 0 {
			return known.count
		}
	}
	return countFirst
}

// add records a sample. The first of a class, and any that is too short, only sets the count.
func (r *Result) add(s Subject, class Class, count int, elapsed time.Duration) {
	key := seriesKey{s.key(), class}
	of := r.series[key]
	if of == nil {
		of = &series{}
		r.series[key] = of
	}
	counts := s.Count > 0 || (of.count > 0 && elapsed >= sampleTimeMin)
	if counts {
		of.values = append(of.values, s.Kind.Value(count, elapsed))
	}
	of.count = nextCount(count, elapsed)
}

func nextCount(count int, elapsed time.Duration) int {
	factor := float64(SampleTime) / float64(max(elapsed, 1))
	return max(1, int(float64(count)*min(factor, countGrowthMax)))
}

// Values returns the samples of a subject in a class.
func (r *Result) Values(s Subject, class Class) []float64 {
	if of := r.series[seriesKey{s.key(), class}]; of != nil {
		return of.values
	}
	return nil
}

// Unseen returns the classes that the probes never told of.
func (r *Result) Unseen() []Class {
	if !r.probed {
		return nil
	}
	return slices.DeleteFunc([]Class{Near, Far}, func(c Class) bool {
		for key, of := range r.series {
			if key.class == c && len(of.values) > 0 {
				return true
			}
		}
		return false
	})
}
