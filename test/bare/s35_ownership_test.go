package bare

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"skerry/tools/cpudriver"
)

// apart is a machine whose core 2 shares with core 1 only, and controls nothing.
const apart = `cores = 3
memory = "32MiB"
[[app]]
name = "zero"
cores = 0
program = "ownership"
args = ["ownership"]
[[app]]
name = "one"
cores = 1
program = "ownership"
args = ["ownership"]
controls = 2
[[app]]
name = "two"
cores = 2
program = "ownership"
args = ["ownership"]
shares = 1
controls = "none"
`

// bootApart boots that machine, with more arguments.
func bootApart(t *testing.T, args ...string) *Machine {
	t.Helper()
	folder := t.TempDir()
	program := filepath.Join(folder, "ownership")
	if err := BuildProgram(program, "./test/bare/testdata/ownership"); err != nil {
		t.Fatal(err)
	}
	description := filepath.Join(folder, "machine.toml")
	if err := os.WriteFile(description, []byte(apart), 0o644); err != nil {
		t.Fatal(err)
	}
	return built.Boot(t, Config{Board: "microvm", Accel: "tcg",
		Args: append([]string{"--machine", description}, args...)})
}

const (
	noWindow  = `kernel: these two cores share no window on this machine`
	forbidden = `kernel: this core may not do that to the other`
)

// What the machine's description does not let a core do to another is refused, each driver call of
// it and the window, and happens to nobody; what it lets it do is done. Planted: below.
func TestS35Ownership(t *testing.T) {
	t.Parallel()
	m := bootApart(t)
	m.Expect(`core 2 died, life 1: stopped: stopped by itself`)
	m.Expect(`core 2 died, life 2: exited`)
	if status := m.Status(); status != 0 {
		t.Errorf("exit status %d: want 0", status)
	}
	var said []string
	for line := range strings.Lines(m.Log()) {
		if _, what, ok := strings.Cut(line, "ownership: "); ok {
			said = append(said, strings.TrimSpace(what))
		}
	}
	for _, want := range []string{
		"core 0: window to core 2: " + noWindow,
		"core 1: window to core 2: done",
		"window to core 0: " + noWindow,
		"window to core 1: done",
		"reach the window to core 0: bad address",
		"reach the window to core 1: done",
		"core 1 was rung 1",
		"status of core 0: " + forbidden,
		"status of core 1: done",
		"status of core 2: done",
		"trace of core 0: " + forbidden,
		"trace of core 1: done",
		"trace of core 2: done",
		"start core 0: " + forbidden,
		"start core 1: ring3: start core 1: " + forbidden,
		"start core 2: ring3: start core 2: kernel: the core is running already",
		"provoke core 0: " + forbidden,
		"provoke core 1: " + forbidden,
		"stop core 0: " + forbidden,
		"stop core 1: ring3: stop core 1: " + forbidden,
		"power off: refused",
		"core 1: start core 2: done",
		"core 1: stop core 0: ring3: stop core 0: " + forbidden,
	} {
		if at := slices.Index(said, want); at < 0 {
			t.Errorf("not said: %s", want)
		} else {
			said = slices.Delete(said, at, at+1)
		}
	}
	for _, line := range said {
		t.Errorf("said: %s: want no such line", line)
	}
}

// TestS35Planted boots drivers that do not ask at one place, or ask the wrong way round, and sees
// what comes of it. Where one maps a window that the page tables of the image do not have, the
// driver itself cannot reach it.
func TestS35Planted(t *testing.T) {
	t.Parallel()
	const driver, instance = "kernel/bare/driver.go", "kernel/bare/instance.go"
	for _, c := range []struct{ file, from, to, says string }{
		{driver, "!cap.May(image(), me, operation, core):", "false:", "provoke core 0: done"},
		{driver, "me, operation, core)", "core, operation, me)", "provoke core 0: done"},
		{"kernel/bare/begin.go", "myself().May[cap.Kick]", "^myself().May[cap.None]",
			"core 0 was rung"},
		{driver, "cap.May(image(), me, cap.Share, c)", "c != me", "window to core 0: done"},
		{instance, "cap.May(m, me, cap.Share, c)", "c != me && !cap.May(m, me, cap.None, c)",
			"core 2 died, life 1: faulted: ring 0"},
	} {
		t.Run(c.from, func(t *testing.T) {
			t.Parallel()
			m := bootApart(t, "--driver", plantedDriver(t, c.file, c.from, c.to))
			m.Expect(c.says)
		})
	}
}

// plantedDriver builds a driver with one text in a file in place of another.
func plantedDriver(t *testing.T, file, from, to string) string {
	t.Helper()
	driver := filepath.Join(t.TempDir(), "driver")
	if err := cpudriver.Driver.Build(driver, overlay(t, plant{file, from, to, ""})); err != nil {
		t.Fatal(err)
	}
	return driver
}
