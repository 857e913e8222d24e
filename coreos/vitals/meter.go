package vitals

import (
	"runtime/metrics"
	"time"
)

// Bounds sort the times for which collections stop all goroutines: Report.Stops says how many were
// at most so long.
var Bounds = [stopBounds]time.Duration{
	10 * time.Microsecond, 30 * time.Microsecond, 100 * time.Microsecond, 300 * time.Microsecond,
	time.Millisecond, 10 * time.Millisecond, 100 * time.Millisecond,
}

// What the Go runtime is asked, by the index of its sample.
const (
	inUse = iota
	released
	heap
	collections
	stopped
	stops
	samples
)

// meter reads what the Go runtime measures. It does not stop the program.
type meter struct{ samples []metrics.Sample }

func newMeter() meter {
	return meter{[]metrics.Sample{
		inUse:       {Name: "/memory/classes/total:bytes"},
		released:    {Name: "/memory/classes/heap/released:bytes"},
		heap:        {Name: "/memory/classes/heap/objects:bytes"},
		collections: {Name: "/gc/cycles/total:gc-cycles"},
		stopped:     {Name: "/cpu/classes/gc/pause:cpu-seconds"}, // a core has one processor
		stops:       {Name: "/sched/pauses/total/gc:seconds"},
	}}
}

// read fills in what the runtime knows.
func (m meter) read(f *facts) {
	metrics.Read(m.samples)
	f.memory = m.samples[inUse].Value.Uint64() - m.samples[released].Value.Uint64()
	f.heap = m.samples[heap].Value.Uint64()
	f.collections = m.samples[collections].Value.Uint64()
	f.stopped = seconds(m.samples[stopped].Value.Float64())
	f.stops = classes(m.samples[stops].Value.Float64Histogram())
}

// classes counts the stops that were at most as long as each of Bounds, and all.
func classes(h *metrics.Float64Histogram) (counts [stopBounds + 1]uint64) {
	for i, n := range h.Counts {
		longest := h.Buckets[i+1]
		for b, bound := range Bounds {
			if longest <= bound.Seconds() {
				counts[b] += n
			}
		}
		counts[stopBounds] += n
	}
	return counts
}

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }
