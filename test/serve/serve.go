// Package serve tests machines from outside, as their users do: with curl, wrk, redis-cli and
// redis-benchmark, against the default machine of `skerry run`, on hosted and on bare; and with a
// program in a module of its own.
package serve

import (
	"fmt"
	"io"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
)

// Machine is a machine that `skerry run` runs.
type Machine struct {
	t     testing.TB
	run   *exec.Cmd
	keys  io.WriteCloser
	ended chan error

	mu   sync.Mutex
	said []byte
	seen int // what of that Expect has matched
}

// Run starts a machine. It ends with the test, if not before. What it said is printed if the test
// fails.
func Run(t testing.TB, skerry string, args ...string) *Machine {
	t.Helper()
	m := &Machine{t: t, run: exec.Command(skerry, append([]string{"run"}, args...)...),
		ended: make(chan error, 1)}
	m.run.Stdout, m.run.Stderr = m, m
	var err error
	if m.keys, err = m.run.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	if err := m.run.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { m.ended <- m.run.Wait() }()
	t.Cleanup(func() {
		m.run.Process.Kill()
		if t.Failed() {
			m.mu.Lock()
			defer m.mu.Unlock()
			t.Logf("the machine said:\n%s", m.said)
		}
	})
	return m
}

// Write implements io.Writer.
func (m *Machine) Write(text []byte) (int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.said = append(m.said, text...)
	return len(text), nil
}

// Type types a line at the console.
func (m *Machine) Type(line string) {
	if _, err := fmt.Fprintln(m.keys, line); err != nil {
		m.t.Errorf("serve: type %q: %v", line, err)
	}
}

// Expect waits until the machine says what a pattern matches, after what was matched before, and
// returns the match and its groups.
func (m *Machine) Expect(pattern string) []string {
	m.t.Helper()
	re := regexp.MustCompile(`(?m)` + pattern)
	var found []string
	m.await(fmt.Sprintf("the machine says %q", pattern), func() bool {
		m.mu.Lock()
		defer m.mu.Unlock()
		rest := m.said[m.seen:]
		at := re.FindIndex(rest)
		if at == nil {
			return false
		}
		for _, group := range re.FindSubmatch(rest) {
			found = append(found, string(group))
		}
		m.seen += at[1]
		return true
	})
	return found
}

// await fails the test unless a condition comes true in time.
func (m *Machine) await(what string, holds func() bool) {
	m.t.Helper()
	for end := time.Now().Add(patience); !holds(); time.Sleep(lookAfter) {
		if time.Now().After(end) {
			m.t.Fatalf("serve: not in %v: %s", patience, what)
		}
	}
}

// End waits for the machine's end, and returns its exit status.
func (m *Machine) End() int {
	m.t.Helper()
	select {
	case <-m.ended:
	case <-time.After(patience):
		m.t.Fatalf("serve: the machine has not ended in %v", patience)
	}
	return m.run.ProcessState.ExitCode()
}

// client runs a program of the host, and returns what it says.
func client(t testing.TB, program string, args ...string) (string, error) {
	t.Helper()
	if _, err := exec.LookPath(program); err != nil {
		t.Skipf("NOT TESTED: no %s: `./dev setup` installs it", program)
	}
	text, err := exec.Command(program, args...).CombinedOutput()
	if err != nil {
		err = fmt.Errorf("serve: %s %s: %w: %s", program, strings.Join(args, " "), err, text)
	}
	return string(text), err
}
