// Package storm allocates without pause, so that the garbage collector of its Go runtime never
// rests. It is what a foreign app may do to a server that shares a machine with it: on a core of
// its own, or in one process.
package storm

import (
	"fmt"
	"io"
	"runtime/metrics"
	"sync/atomic"
	"time"
)

const (
	// liveNodes are kept alive, for the collector to mark: 64 MiB with their leaves.
	liveNodes = 1 << 19

	// stride is how far apart slots are that are replaced one after the other: a prime, so that
	// each has its turn.
	stride = 7919

	// countEvery is how many nodes are made between two looks at the count.
	countEvery = 1 << 10
)

type node struct {
	leaf    *leaf
	payload [56]byte
}

type leaf struct {
	back    *node
	payload [56]byte
}

// nodeBytes is what replacing one slot allocates.
const nodeBytes = 128

// Storm is a storm that blows until the process ends.
type Storm struct {
	allocated atomic.Uint64
	live      []*node // read by nobody: it is kept alive here
}

// Start starts a storm in a goroutine of its own.
func Start() *Storm {
	s := &Storm{live: make([]*node, liveNodes)}
	go s.blow()
	return s
}

func (s *Storm) blow() {
	for slot := 0; ; {
		for range countEvery {
			n := &node{leaf: &leaf{}}
			n.leaf.back = n
			s.live[slot] = n
			slot = (slot + stride) % liveNodes
		}
		s.allocated.Add(countEvery * nodeBytes)
	}
}

// Report writes a line every second, which [Parse] reads, until out can take no more.
func (s *Storm) Report(out io.Writer) error {
	collections := []metrics.Sample{{Name: "/gc/cycles/total:gc-cycles"}}
	last, lastBytes := time.Now(), uint64(0)
	for range time.Tick(time.Second) {
		metrics.Read(collections) // stops nobody, as runtime.ReadMemStats would
		now, bytes := time.Now(), s.allocated.Load()
		rate := uint64(float64(bytes-lastBytes) / now.Sub(last).Seconds() / 1e6)
		_, err := fmt.Fprintf(out, reportFormat, rate, collections[0].Value.Uint64())
		if err != nil {
			return fmt.Errorf("storm: %w", err)
		}
		last, lastBytes = now, bytes
	}
	return nil
}

const reportFormat = "storm: %d MB/s, %d collections so far\n"

// Parse returns the rate, in MB/s, that a line of Report tells; false if it is another line.
func Parse(line string) (rate uint64, ok bool) {
	var collections uint64
	n, _ := fmt.Sscanf(line, reportFormat, &rate, &collections)
	return rate, n == 2
}
