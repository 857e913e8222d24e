// Package serve tests machines from outside, as their users do: with curl, wrk, redis-cli and
// redis-benchmark, against the default machine of `skerry run`, on hosted and on bare; and with a
// program in a module of its own.
package serve

import (
	"fmt"
	"os/exec"
	"strings"
	"testing"
	"time"

	"skerry/test/serve/console"
)

// Machine is a machine that `skerry run` runs.
type Machine struct {
	t       testing.TB
	console *console.Console
}

// Run starts a machine. It ends with the test, if not before. What it said is printed if the test
// fails.
func Run(t testing.TB, skerry string, args ...string) *Machine {
	t.Helper()
	c, err := console.Start(skerry, args...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		c.Close()
		if t.Failed() {
			t.Logf("the machine said:\n%s", c.Said())
		}
	})
	return &Machine{t, c}
}

// Type types a line at the console.
func (m *Machine) Type(line string) {
	m.t.Helper()
	if err := m.console.Type(line); err != nil {
		m.t.Error(err)
	}
}

// Expect waits until the machine says what a pattern matches, after what was matched before, and
// returns the match and its groups.
func (m *Machine) Expect(pattern string) []string {
	m.t.Helper()
	found, err := m.console.Expect(pattern, patience)
	if err != nil {
		m.t.Fatal(err)
	}
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
	status, err := m.console.End(patience)
	if err != nil {
		m.t.Fatal(err)
	}
	return status
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
