package worker

import (
	"fmt"
	"sync"
	"sync/atomic"
)

// BusyCounts returns how many CPU-bound goroutines run beside the loop whose delay is measured.
func BusyCounts() []int { return []int{0, 1, 4, 16} }

// Busy names the subject that wakes a loop beside count CPU-bound goroutines.
func Busy(count int) string { return fmt.Sprintf("busy-%d", count) }

// busySubjects are wake-ups of a side B on whose only processor other goroutines compute.
func busySubjects() []subject {
	var all []subject
	for _, k := range BusyCounts() {
		sleeper := func(e *end, count int) error { return beside(k, func() error { return wakeSleeper(e, count) }) }
		all = append(all, subject{Busy(k), wakeWaker, sleeper})
	}
	return all
}

// beside runs what while count goroutines keep the processor busy.
func beside(count int, what func() error) error {
	var stop atomic.Bool
	var running sync.WaitGroup
	for range count {
		running.Go(func() {
			for !stop.Load() {
			}
		})
	}
	err := what()
	stop.Store(true)
	running.Wait()
	return err
}
