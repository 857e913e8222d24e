// Package harness compares ways of doing something between two cores, on a machine whose speed
// changes while one looks at it.
//
// A hypervisor moves virtual CPUs about, so that a cache line passes between the same two CPUs in
// 25 ns now and in 240 ns a second later. The harness therefore never compares times that were
// taken apart:
//
//   - A run is many rounds; each round takes one short sample of every [Subject], in random order.
//   - Each sample is bracketed by a probe, the time that one cache line takes between the two
//     CPUs. A sample whose two probes disagree is dropped; the others are classed as [Near] or
//     [Far].
//   - What is reported is the median of each subject and class with its quartiles ([Row]), and
//     ratios of medians of the same run and class ([Bar]).
//
// A benchmark is a list of subjects, a list of bars and a probe; this package does the rest, down
// to the table, the JSON and the picture. Most subjects live in a [Worker], a process that carries
// out samples on request, so that a sample starts nothing.
package harness

import (
	"strings"
	"time"
)

// A Subject is one way of doing what its case is about.
type Subject struct {
	Case string // what is measured: subjects of one case are compared with each other
	Name string
	Kind Kind

	// Versus names subjects of the same case that this one is divided by, at most one row for each.
	Versus []string

	// Run does it count times and returns the time that took, warm-up not included.
	Run func(count int) (time.Duration, error)

	// Count is the count of every sample; 0: as many as fill about SampleTime.
	Count int

	// Every lets a slow subject take part in one round of so many; 0 and 1: in each.
	Every int
}

// A Kind tells how a count and a time become a value.
type Kind struct {
	Metric string // as printed: what the value is
	Unit   string
	Value  func(count int, elapsed time.Duration) float64
}

// OneWay is the latency of half a round trip; a count is a round trip.
func OneWay() Kind {
	return Kind{"one way", "ns", func(count int, elapsed time.Duration) float64 {
		return perCount(count, elapsed) / 2
	}}
}

// Each is the time that one of count took, in a unit from nanoseconds up.
func Each(metric string, unit time.Duration) Kind {
	name := strings.TrimPrefix(unit.String(), "1")
	return Kind{metric, name, func(count int, elapsed time.Duration) float64 {
		return perCount(count, elapsed) / float64(unit)
	}}
}

// Bandwidth is the rate at which count buffers of the given size moved.
func Bandwidth(bytes int) Kind {
	return Kind{"bandwidth", "GB/s", func(count int, elapsed time.Duration) float64 {
		return float64(bytes) / perCount(count, elapsed)
	}}
}

func perCount(count int, elapsed time.Duration) float64 {
	return float64(elapsed.Nanoseconds()) / float64(count)
}
