package harness

import "math"

// A Class tells how far apart the two CPUs were while a sample was taken.
type Class string

// The classes.
const (
	Near Class = "near" // the CPUs share a cache
	Far  Class = "far"  // they do not
	One  Class = "one"  // nobody looked, because the distance does not matter: there is one class
)

// Classes returns all classes, in the order in which they are reported.
func Classes() []Class { return []Class{Near, Far, One} }

const (
	// nearNanosMax parts the classes: one cache line takes about 25 ns one way between cores that
	// share a last-level cache, and 200 ns and more between cores that do not. Nothing was ever
	// seen between 70 and 170, so the bound lies in the gap.
	nearNanosMax = 120

	// probeSpreadMax is how much larger the one probe may be than the other: a probe repeats to
	// within a few per cent while the CPUs stay where they are.
	probeSpreadMax = 1.3
)

// Classify returns the class of a sample from the probes before and after it, in nanoseconds one
// way; false if they disagree, so that the sample belongs to no class.
func Classify(before, after float64) (Class, bool) {
	low, high := min(before, after), max(before, after)
	if !(low > 0) || high > low*probeSpreadMax {
		return "", false
	}
	if math.Sqrt(low*high) < nearNanosMax {
		return Near, true
	}
	return Far, true
}
