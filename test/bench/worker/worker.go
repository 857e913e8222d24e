// Package worker holds the two sides of what `bench msg` measures in Go, in processes of their own.
//
// A worker carries out one sample at a time, as package harness asks for it: "NAME COUNT
// WARM-MICROSECONDS". Side A runs in the worker's process and is timed. Where side B runs is the
// worker's mode:
//
//	threads     a second thread of the process, GOMAXPROCS=2
//	processes   a second process, GOMAXPROCS=1 in both
//	hosted      a core of a hosted machine, as side A
//	deaths      no sides, but the cores of a hosted machine: deaths.go
//
// The sides are pinned to a CPU each. Between them lies an [end] each: a channel of msgpass, bare
// memory, pipes and sockets. They meet on the channel before a sample and after it. (On a hosted
// machine there is only the channel: hosted.go.)
package worker

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"time"

	"skerry/msgpass"
)

// The modes of a worker.
const (
	Threads   = "threads"
	Processes = "processes"
)

// The pages of the memory between the sides.
const (
	HugePages  = "huge"
	SmallPages = "small"
)

// sampleTimeMax is how long a sample may take before the worker gives up: a side that spins for a
// dead one must end some time.
const sampleTimeMax = 15 * time.Second

// An order asks for one sample.
type order struct {
	name  string
	count int
	warm  time.Duration
}

// Request returns the line that asks a worker for a sample.
func Request(name string, count int, warm time.Duration) string {
	return order{name, count, warm}.String()
}

func (o order) String() string {
	return fmt.Sprintf("%s %d %d", o.name, o.count, o.warm.Microseconds())
}

func parseOrder(line string) (order, error) {
	var o order
	var micros int64
	_, err := fmt.Sscanf(line, "%s %d %d", &o.name, &o.count, &micros)
	if err != nil || o.count <= 0 || micros < 0 {
		return o, fmt.Errorf("worker: order %q: want NAME COUNT WARM-MICROSECONDS", line)
	}
	o.warm = time.Duration(micros) * time.Microsecond
	return o, nil
}

// Main is the program of a worker, started by Command; args are mode, pages, and the two CPUs.
func Main(args []string, in io.Reader, out io.Writer) error {
	if len(args) != 4 {
		return fmt.Errorf("worker: arguments %q: want MODE PAGES CPU-A CPU-B", args)
	}
	mode, pages := args[0], args[1]
	cpuA, errA := strconv.Atoi(args[2])
	cpuB, errB := strconv.Atoi(args[3])
	if err := errors.Join(errA, errB); err != nil {
		return fmt.Errorf("worker: CPUs %q: want two numbers", args[2:])
	}
	switch mode {
	case Threads:
		return mainThreads(pages, cpuA, cpuB, in, out)
	case Processes:
		return mainProcesses(pages, cpuA, cpuB, in, out)
	case Hosted:
		return mainHosted(in)
	case Deaths:
		return mainDeaths(in, out)
	case sideB:
		return mainSideB(in, out)
	}
	return fmt.Errorf("worker: mode %q: want %s, %s, %s or %s", mode, Threads, Processes, Hosted,
		Deaths)
}

// serve answers each order that comes in by what do returns.
func serve(in io.Reader, out io.Writer, do func(order) (time.Duration, error)) error {
	lines := bufio.NewScanner(in)
	for lines.Scan() {
		o, err := parseOrder(lines.Text())
		elapsed := time.Duration(0)
		if err == nil {
			elapsed, err = do(o)
		}
		if err != nil {
			fmt.Fprintf(out, "error %v\n", err)
			continue
		}
		fmt.Fprintf(out, "ok %d\n", elapsed.Nanoseconds())
	}
	return lines.Err()
}

// runA takes one sample on side A.
func runA(e *end, o order) (time.Duration, error) {
	s, err := find(o.name)
	if err != nil {
		return 0, err
	}
	defer guard(o).Stop()
	spin(o.warm)
	e.own = 0
	e.meetA()
	start := time.Now()
	err = s.a(e, o.count)
	e.meetA()
	if e.own > 0 {
		return e.own, err
	}
	return time.Since(start), err
}

// runB does side B's part of a sample.
func runB(e *end, o order) error {
	s, err := find(o.name)
	if err != nil {
		return err
	}
	defer guard(o).Stop()
	spin(o.warm)
	e.meetB()
	err = s.b(e, o.count)
	e.meetB()
	return err
}

// guard ends the process if a sample hangs.
func guard(o order) *time.Timer {
	return time.AfterFunc(sampleTimeMax, func() {
		fmt.Fprintf(os.Stderr, "worker: %q has taken %v: want an answer sooner\n", o, sampleTimeMax)
		os.Exit(1)
	})
}

// spin keeps the CPU busy: both the Go scheduler and the machine are slow right after idling.
func spin(d time.Duration) {
	for start := time.Now(); time.Since(start) < d; {
		for range 64 {
			msgpass.Pause()
		}
	}
}
