package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

const poolFile = "/sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages"

// arrival is how long a test waits for what must come.
const arrival = 20 * time.Second

// running is a machine of two cores that stays until somebody ends it.
type running struct {
	launcher  *os.Process
	processes []int // the cores'
	wait      func() error
	warned    *strings.Builder
}

// stay makes a machine that runs "stay", or what else prints the cores' processes.
func stay(t *testing.T, program string) *running {
	t.Helper()
	c := onCores(t, "--cores", "2", program)
	r := &running{wait: c.Wait, warned: new(strings.Builder)}
	c.Stderr = r.warned
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Process.Kill() })
	r.launcher = c.Process
	for lines := bufio.NewScanner(out); len(r.processes) < 2 && lines.Scan(); {
		var core, process int
		_, err := fmt.Sscanf(lines.Text(), "core %d is process %d", &core, &process)
		if err != nil {
			t.Fatalf("a core says %q: %v", lines.Text(), err)
		}
		r.processes = append(r.processes, process)
	}
	return r
}

// gone waits until no process of the cores runs, and the pool has at most pages.
func (r *running) gone(t *testing.T, pages int) {
	t.Helper()
	eventually(t, "the cores' processes are gone", r.dead)
	eventually(t, "the huge pages are given back", func() bool { return poolSize(t) <= pages })
}

// dead tells whether no process of the cores runs.
func (r *running) dead() bool { return !alive(r.processes[0]) && !alive(r.processes[1]) }

func eventually(t *testing.T, what string, cond func() bool) {
	t.Helper()
	if !within(arrival, cond) {
		t.Fatalf("not in %v: %s", arrival, what)
	}
}

// within tells whether cond comes true in so long.
func within(patience time.Duration, cond func() bool) bool {
	for end := time.Now().Add(patience); !cond(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			return false
		}
	}
	return true
}

// alive tells whether a process exists and is no zombie.
func alive(process int) bool {
	line, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", process))
	return err == nil && len(line) > 0
}

// poolSize returns how many huge pages the host has reserved; 0 if it knows none.
func poolSize(t *testing.T) int {
	t.Helper()
	text, err := os.ReadFile(poolFile)
	if errors.Is(err, os.ErrNotExist) {
		return 0
	}
	size, parseErr := strconv.Atoi(strings.TrimSpace(string(text)))
	if err := errors.Join(err, parseErr); err != nil {
		t.Fatal(err)
	}
	return size
}

// However the launcher ends, no process is left, and the host's huge pages are as before. Planted:
// cores with a process that does not end with the launcher. TestJanitorOutlivesSignals in
// kernel/hosted plants pages that are left.
func TestEndLeavesNothing(t *testing.T) {
	for _, end := range []struct {
		signal syscall.Signal
		status int
	}{
		{syscall.SIGINT, 130}, {syscall.SIGTERM, 143}, {syscall.SIGHUP, 129}, {syscall.SIGKILL, -1},
	} {
		t.Run(end.signal.String(), func(t *testing.T) {
			pages := poolSize(t)
			r := stay(t, "stay")
			t.Logf("huge pages of the host: %d before, %d now", pages, poolSize(t))
			if err := r.launcher.Signal(end.signal); err != nil {
				t.Fatal(err)
			}
			var exit *exec.ExitError
			if err := r.wait(); !errors.As(err, &exit) || exit.ExitCode() != end.status {
				t.Errorf("the launcher ends with %v: want status %d", err, end.status)
			}
			r.gone(t, pages)
		})
	}
	r := stay(t, "orphan")
	r.launcher.Kill()
	r.wait()
	if within(100*time.Millisecond, r.dead) {
		t.Error("the check does not see processes that are left")
	}
	for _, process := range r.processes {
		syscall.Kill(process, syscall.SIGKILL)
	}
}

// A launcher that ends while it makes its machine leaves nothing either. Planted: the janitor of
// TestJanitorThatNobodyHears in kernel/hosted.
func TestEarlyEndLeavesNothing(t *testing.T) {
	pages := poolSize(t)
	signals := []syscall.Signal{syscall.SIGKILL, syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP}
	for i := range 96 {
		signal, moment := signals[i%len(signals)], rand.N(10*time.Millisecond)
		out, in, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		c := onCores(t, "--cores", "2", "stay")
		c.Stdout = in
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		in.Close()
		time.Sleep(moment)
		c.Process.Signal(signal)
		c.Wait()
		out.SetReadDeadline(time.Now().Add(arrival))
		if _, err := io.Copy(io.Discard, out); err != nil { // it ends with the last core
			t.Errorf("cores stay after %v at %v: %v", signal, moment, err)
		}
		out.Close()
		what := fmt.Sprintf("huge pages are given back after %v at %v", signal, moment)
		eventually(t, what, func() bool { return poolSize(t) <= pages })
	}
}

// Several machines at once are right: each ends by itself, and gives back its own pages and no
// other's. Planted: machines that end together.
func TestTwoMachinesAtOnce(t *testing.T) {
	pages := poolSize(t)
	first, second := stay(t, "stay"), stay(t, "stay")
	if !outlives(t, first, second) {
		t.Error("the second machine ended with the first")
	}
	outlives(t, second, first)
	second.gone(t, pages)

	first, second = stay(t, "stay"), stay(t, "stay")
	second.launcher.Kill()
	second.wait()
	eventually(t, "a core is gone", func() bool { return !alive(second.processes[0]) })
	if outlives(t, first, second) {
		t.Error("machines that end together are not found")
	}
	second.gone(t, pages)
}

// outlives kills the first machine's launcher and tells whether the second machine lives on.
func outlives(t *testing.T, first, second *running) bool {
	t.Helper()
	first.launcher.Kill()
	first.wait()
	eventually(t, "a core is gone", func() bool { return !alive(first.processes[0]) })
	return alive(second.processes[0])
}

// A core killed by the host is the launcher's to report; the other one can be ended as ever.
func TestKilledCoreIsReported(t *testing.T) {
	pages := poolSize(t)
	r := stay(t, "stay")
	for _, process := range r.processes {
		if err := syscall.Kill(process, syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
	}
	if err := r.wait(); err == nil {
		t.Error("the launcher ends with status 0: want 1")
	}
	want := "core 0, core 1, life 1: killed: signal 9: killed\n"
	if said := r.warned.String(); !strings.Contains(said, want) {
		t.Errorf("the launcher says %q: want %q", said, want)
	}
	r.gone(t, pages)
}
