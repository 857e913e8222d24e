package openloop

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"runtime"
	"runtime/debug"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// Summary is what a client process tells of its result.
type Summary struct {
	Answers                    uint64
	Failed                     int
	Median, P99, P999, Longest time.Duration
}

// Main is the client process: the plan comes in, the summary goes out, as JSON.
func Main(in io.Reader, out io.Writer) error {
	var p Plan
	if err := json.NewDecoder(in).Decode(&p); err != nil {
		return fmt.Errorf("openloop: read the plan: %w", err)
	}
	debug.SetGCPercent(-1)
	runtime.LockOSThread()
	r, err := p.Run()
	if err != nil {
		return err
	}
	l := &r.Latency
	return json.NewEncoder(out).Encode(Summary{l.Count(), r.Failed, l.Quantile(0.5),
		l.Quantile(0.99), l.Quantile(0.999), l.Max()})
}

// ErrNoPriority tells that the client could not be given a priority. What it measures then includes
// its own waiting for others on its CPU.
var ErrNoPriority = errors.New("openloop: no real-time priority for the client: want root")

// Command carries out the plan by a process, command, that calls Main; it runs on one CPU, before
// all others there. Without the right to that, it returns a Summary and ErrNoPriority.
func (p Plan) Command(command *exec.Cmd, cpu int) (s Summary, err error) {
	text, err := json.Marshal(p)
	if err != nil {
		return s, err
	}
	var output, complaints bytes.Buffer
	command.Stdin, command.Stdout, command.Stderr = bytes.NewReader(text), &output, &complaints
	command.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	// The thread that starts it ends no sooner than it does: that would end it.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	first, err := startFirst(command, cpu)
	if err != nil {
		return s, err
	}
	if err := command.Wait(); err != nil {
		said := strings.TrimSpace(complaints.String())
		return s, fmt.Errorf("openloop: client: %w: %s", err, said)
	}
	if err := json.Unmarshal(output.Bytes(), &s); err != nil {
		return s, fmt.Errorf("openloop: client said %.200q: %w", &output, err)
	}
	if !first {
		return s, ErrNoPriority
	}
	return s, nil
}

// startFirst starts a process on a CPU, where it runs before all that have no such priority; first
// tells whether it got that. A process inherits both from the thread that starts it.
func startFirst(command *exec.Cmd, cpu int) (first bool, err error) {
	var allowed, only unix.CPUSet
	only.Set(cpu)
	before, err := unix.SchedGetAttr(0, 0)
	if err != nil {
		return false, fmt.Errorf("openloop: read the own priority: %w", err)
	}
	if err := unix.SchedGetaffinity(0, &allowed); err != nil {
		return false, fmt.Errorf("openloop: read the allowed CPUs: %w", err)
	}
	if err := unix.SchedSetaffinity(0, &only); err != nil {
		return false, fmt.Errorf("openloop: pin to CPU %d: %w", cpu, err)
	}
	fifo := unix.SchedAttr{Size: unix.SizeofSchedAttr, Policy: unix.SCHED_FIFO, Priority: 1}
	first = unix.SchedSetAttr(0, &fifo, 0) == nil
	err = command.Start()
	if first {
		err = errors.Join(err, unix.SchedSetAttr(0, before, 0))
	}
	return first, errors.Join(err, unix.SchedSetaffinity(0, &allowed))
}
