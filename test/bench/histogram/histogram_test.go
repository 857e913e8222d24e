package histogram

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// Each value lies in its bucket, which is at most 1/32 of it wide, and in no other.
func TestBuckets(t *testing.T) {
	values := []uint64{0, 1, cuts - 1, cuts, 2*cuts - 1, 2 * cuts, 1000, math.MaxInt64}
	for shift := range 63 {
		values = append(values, 1<<shift, 1<<shift-1, 1<<shift+1)
	}
	for _, v := range values {
		if v > math.MaxInt64 {
			continue
		}
		at := bucket(v)
		low, high := uint64(0), uint64(upper(at))
		if at > 0 {
			low = uint64(upper(at-1)) + 1
		}
		if v < low || v > high || float64(high-low) > float64(v)/cuts {
			t.Errorf("%d is in bucket %d, from %d to %d: want one around it", v, at, low, high)
		}
	}
	if last := bucket(math.MaxInt64); last != bucketsMax-1 {
		t.Errorf("the longest duration is in bucket %d: want the last, %d", last, bucketsMax-1)
	}
}

// Quantiles are those of the sorted values, to within a bucket, and never more than the longest.
func TestQuantiles(t *testing.T) {
	var h Histogram
	if h.Quantile(0.5) != 0 || h.Max() != 0 {
		t.Errorf("an empty histogram has median %v, maximum %v: want 0", h.Quantile(0.5), h.Max())
	}
	random := rand.New(rand.NewPCG(1, 2))
	var all []time.Duration
	for range 10_000 {
		d := time.Duration(math.Exp(random.Float64() * 20))
		h.Add(d)
		all = append(all, d)
	}
	slices.Sort(all)
	for _, part := range []float64{0, 0.1, 0.5, 0.99, 0.999, 1} {
		want := all[max(int(math.Ceil(part*float64(len(all)))), 1)-1]
		got := h.Quantile(part)
		if got < want || float64(got) > float64(want)*(1+1.0/cuts) {
			t.Errorf("quantile %v is %v: want %v, or at most 1/32 more", part, got, want)
		}
	}
	if h.Quantile(1) != all[len(all)-1] || h.Count() != uint64(len(all)) {
		t.Errorf("maximum %v of %d: want %v of %d", h.Quantile(1), h.Count(), all[len(all)-1],
			len(all))
	}
}

// A negative duration, as a clock that is set back may give, counts as none.
func TestNegative(t *testing.T) {
	var h Histogram
	h.Add(-time.Second)
	if h.Count() != 1 || h.Quantile(1) != 0 {
		t.Errorf("%d values up to %v: want one of 0", h.Count(), h.Quantile(1))
	}
}
