// Package bare boots whole machines under QEMU and talks to them over the serial line. Its tests
// come in stages, each of which rests on the one before:
//
//	s00_boot      the CPU driver comes up on each core
//	s10_traps     system calls, faults, signals: stock Go programs run
//	s20_instance  Skerry's own instance: the console and its commands
//	s30_channels  windows and kicks: the conformance suite
//	s40_death     cores die, are stopped and started again
//	s70_net       a card is driven, and outlives who drives it
//
// A machine is started with `skerry run --on bare`, as users do it. What it says is kept, and
// printed if the test fails.
package bare

import (
	"io"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"
)

// Config is a machine to boot.
type Config struct {
	Board string // microvm or q35
	Accel string // tcg or kvm
	Cores int
	Args  []string // of `skerry run`: more flags, and what to run
}

// Machine is a machine that was booted.
type Machine struct {
	t        testing.TB
	command  *exec.Cmd
	input    io.WriteCloser
	log      *log
	patience time.Duration
}

// Boot starts a machine. It ends with the test, if not before.
func (b *Binaries) Boot(t testing.TB, config Config) *Machine {
	t.Helper()
	return start(t, exec.Command(b.skerry, config.arguments()...), patience(config.Cores))
}

func start(t testing.TB, command *exec.Cmd, patience time.Duration) *Machine {
	t.Helper()
	m := &Machine{t: t, command: command, log: newLog(), patience: patience}
	m.command.Stdout, m.command.Stderr = m.log, m.log
	var err error
	if m.input, err = m.command.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	if err := m.command.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		m.command.Wait()
		m.log.end()
	}()
	t.Cleanup(m.cleanUp)
	return m
}

func (m *Machine) cleanUp() {
	m.command.Process.Kill() // QEMU ends with it
	m.log.await(m.log.ended, m.patience)
	if m.t.Failed() {
		m.t.Logf("%q said:\n%s", m.command.Args[1:], m.log)
	}
}

// Expect waits until the machine says something that matches a regular expression, after what
// matched last, and returns what the expression's groups match.
func (m *Machine) Expect(pattern string) []string {
	m.t.Helper()
	expression := regexp.MustCompile(pattern)
	var found []string
	matches := func() bool {
		found = m.log.match(expression)
		return found != nil || m.log.ended()
	}
	inTime := m.log.await(matches, m.patience)
	if found == nil {
		m.skipWithoutKVM()
		if inTime {
			m.t.Fatalf("ended with status %d: want it to say %q", m.command.ProcessState.ExitCode(),
				pattern)
		}
		m.t.Fatalf("nothing in %v that matches %q", m.patience, pattern)
	}
	return found
}

// ExpectAll waits until each of some expressions matched, in any order, after what matched last.
func (m *Machine) ExpectAll(patterns ...string) {
	m.t.Helper()
	start, end := m.log.matched, m.log.matched
	for _, pattern := range patterns {
		m.log.matched = start
		m.Expect(pattern)
		end = max(end, m.log.matched)
	}
	m.log.matched = end
}

// Send types text.
func (m *Machine) Send(text string) {
	m.t.Helper()
	if _, err := io.WriteString(m.input, text); err != nil {
		m.t.Fatalf("send %q: %v", text, err)
	}
}

// CloseInput ends the machine's input.
func (m *Machine) CloseInput() { m.input.Close() }

// Status waits for the machine's end and returns its exit status.
func (m *Machine) Status() int {
	m.t.Helper()
	if !m.log.await(m.log.ended, m.patience) {
		m.t.Fatalf("still running after %v: want its end", m.patience)
	}
	m.skipWithoutKVM()
	return m.command.ProcessState.ExitCode()
}

// Log returns what the machine has said so far.
func (m *Machine) Log() string { return m.log.String() }

// skipWithoutKVM ends a test that wants KVM where there is none.
func (m *Machine) skipWithoutKVM() {
	m.t.Helper()
	for line := range strings.Lines(m.log.String()) {
		if strings.HasPrefix(line, "skerry: KVM, as asked for: ") {
			m.t.Skip("NOT TESTED under KVM: " + line)
		}
	}
}
