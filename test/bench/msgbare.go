package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"skerry/test/bench/harness"
	"skerry/test/bench/worker"
)

// ownProgram is this program, which is also the instance on bare.
const ownProgram = "skerry/test/bench"

// Where KVM is itself emulated, an interrupt takes half a millisecond of a core's time, and the
// signal with which Go preempts a goroutine 8 ms. So that medians are of undisturbed samples, there
// is no such signal, samples are short and of a fixed count (group.few), and the warm-up lasts
// until the Go runtime's monitor, which the order woke, sleeps for longer than a sample takes.
const (
	noPreemption = "asyncpreemptoff=1"
	bareWarm     = 100 * time.Millisecond

	bareMemory = "64MiB" // of each core
)

// inBare returns how to measure a subject on bare.
func (m *msg) inBare(name string) runner {
	return func(count int) (time.Duration, error) {
		return m.bare.Ask(worker.Request(name, count, bareWarm))
	}
}

// startBare builds a machine of two cores and starts it with KVM, as a worker: its console takes
// orders and answers them.
func startBare(cpuA, cpuB int) (w *harness.Worker, g *guest, err error) {
	if g, err = buildGuest(ownProgram); err != nil {
		return nil, nil, err
	}
	v, err := g.machine(worker.BareApp, 2, bareMemory, noPreemption)
	if err != nil {
		return nil, g, err
	}
	self, err := os.Executable()
	if err != nil {
		return nil, g, err
	}
	command := exec.Command(self, bareVerb, v.kernel, fmt.Sprint(v.memoryBytes),
		strconv.Itoa(cpuA), strconv.Itoa(cpuB))
	command.Stderr = os.Stderr
	w, err = harness.StartWorker("two cores on bare", command)
	return w, g, err
}

// runBareWorker runs the machine, with each of its processors on a CPU of its own, and passes its
// answers on. The arguments are the image, bytes of memory, and the CPUs.
func runBareWorker(args []string, orders io.Reader, answers io.Writer) error {
	if len(args) != 4 {
		return fmt.Errorf("bench: %s %q: want IMAGE BYTES CPU-A CPU-B", bareVerb, args)
	}
	var numbers [3]int
	for i := range numbers {
		var err error
		if numbers[i], err = strconv.Atoi(args[i+1]); err != nil {
			return fmt.Errorf("bench: %s %q: %w", bareVerb, args, err)
		}
	}
	v := &virtual{folder: filepath.Dir(args[0]), kernel: args[0], cores: 2, accel: "kvm",
		memoryBytes: uint64(numbers[0]), extra: []string{"-name", "bench,debug-threads=on"}}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	command := v.command(ctx)
	command.Stderr = os.Stderr
	line, err := command.StdinPipe()
	if err != nil {
		return err
	}
	console, err := command.StdoutPipe()
	if err != nil {
		return err
	}
	if err := command.Start(); err != nil {
		return fmt.Errorf("bench: %w", err)
	}
	go func() {
		io.Copy(waker{line, command.Process}, orders)
		cancel() // the end of the orders is the machine's
	}()
	pin := func() error { return pinProcessors(command.Process.Pid, numbers[1:]) }
	stop := func() error { return command.Process.Signal(unix.SIGSTOP) }
	err = passAnswers(console, answers, pin, stop)
	command.Wait()
	if ctx.Err() == nil {
		err = errors.Join(err, errors.New("bench: the machine ended: want one that takes orders"))
	}
	return err
}

// waker lets the machine, which is stopped between its samples, go on for the next. Where KVM is
// itself emulated, even an idle one takes most of a CPU, and slows all others that are measured.
type waker struct {
	line    io.Writer
	machine *os.Process
}

// Write passes an order on.
func (w waker) Write(order []byte) (int, error) {
	if err := w.machine.Signal(unix.SIGCONT); err != nil {
		return 0, err
	}
	return w.line.Write(order)
}

// passAnswers passes on what a worker says, and leaves out what the driver says. It stops the
// machine before each answer.
func passAnswers(console io.Reader, answers io.Writer, pin, stop func() error) error {
	lines := bufio.NewScanner(console)
	for lines.Scan() {
		line := strings.TrimRight(lines.Text(), "\r")
		switch {
		case strings.HasSuffix(line, "ready"): // a stamp of the driver's may stand before it
			if err := errors.Join(pin(), stop()); err != nil {
				return err
			}
			fmt.Fprintln(answers, "ready")
		case strings.HasPrefix(line, "ok "), strings.HasPrefix(line, "error "):
			if err := stop(); err != nil {
				return err
			}
			fmt.Fprintln(answers, line)
		default:
			fmt.Fprintln(os.Stderr, "bare:", line)
		}
	}
	return lines.Err()
}

// pinProcessors lets each processor of QEMU's run on one CPU only. QEMU names their threads.
func pinProcessors(process int, cpus []int) error {
	for i, cpu := range cpus {
		thread, err := findThread(process, fmt.Sprintf("CPU %d/KVM", i))
		if err != nil {
			return err
		}
		var set unix.CPUSet
		set.Set(cpu)
		if err := unix.SchedSetaffinity(thread, &set); err != nil {
			return fmt.Errorf("bench: pin processor %d of QEMU to CPU %d: %w", i, cpu, err)
		}
	}
	return nil
}

// findThread returns the thread of a process that has a name.
func findThread(process int, name string) (int, error) {
	files, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/comm", process))
	if err != nil {
		return 0, err
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err == nil && strings.TrimSpace(string(text)) == name {
			return strconv.Atoi(filepath.Base(filepath.Dir(file)))
		}
	}
	return 0, fmt.Errorf("bench: no thread %q among %d of process %d: want one", name, len(files),
		process)
}
