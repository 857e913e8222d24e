package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// qemuVariable makes the test's binary run a virtual machine, with the file that it names as QEMU.
const qemuVariable = "SKERRY_TEST_QEMU"

// runVirtual is the main function of such a process: the program of its console, if it has one,
// reads standard input.
func runVirtual(qemu string) {
	v := &virtual{qemu: qemu, image: []byte("an image"), cores: 1, board: "q35", accel: tcg,
		console: console{input: os.Stdin, program: true}}
	status, err := v.run()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
	os.Exit(status)
}

// fakeQEMU returns a shell script that stands for QEMU.
func fakeQEMU(t *testing.T, script string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), qemuName)
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+script), 0o755); err != nil {
		t.Fatal(err)
	}
	return path
}

// onQEMU returns the command that runs a machine on a script.
func onQEMU(t *testing.T, script string) *exec.Cmd {
	t.Helper()
	c := skerry(t)
	c.Env = append(os.Environ(), qemuVariable+"="+fakeQEMU(t, script))
	return c
}

// A machine's exit status is what it wrote to its status port; whatever else QEMU does is a failure
// that one line tells of.
func TestStatusOfVirtualMachine(t *testing.T) {
	for _, c := range []struct {
		script string
		status int
		says   string
	}{
		{"echo 0 >/dev/fd/4; exit 1", 0, ""},
		{"echo 7 >/dev/fd/4; exit 15", 7, ""},
		{"echo 300 >/dev/fd/4; exit 1", 255, ""},
		{`[ "$(cat /dev/fd/3)" = "an image" ] && echo 0 >/dev/fd/4; exit 1`, 0, ""},
		{"exit 0", statusFailed, "skerry: the machine ended without an exit status: "},
		{"printf 7 >/dev/fd/4; exit 0", statusFailed, "skerry: the machine ended without an exit"},
		{"exit 3", statusFailed, "skerry: QEMU failed: exit status 3"},
		{"kill -9 $$", statusFailed, "skerry: QEMU was ended: signal: killed"},
	} {
		command := onQEMU(t, c.script)
		said, _ := command.CombinedOutput()
		if got := command.ProcessState.ExitCode(); got != c.status {
			t.Errorf("%s: status %d: want %d", c.script, got, c.status)
		}
		if !strings.HasPrefix(string(said), c.says) || (len(said) > 0) != (c.says != "") {
			t.Errorf("%s: says %q: want one line: %s…", c.script, said, c.says)
		}
	}
}

// A program's input reaches the serial line whole, marked where bytes mean something on a line, and
// so does its end.
func TestConsoleInput(t *testing.T) {
	command := onQEMU(t, `dd bs=1 count=9 2>/dev/null | od -An -c; echo 0 >/dev/fd/4`)
	command.Stdin = strings.NewReader("a\x04\x16\x00\r\n")
	said, err := command.Output()
	want := `a 026 004 026 026 \0 \r \n 004`
	if got := strings.Join(strings.Fields(string(said)), " "); err != nil || got != want {
		t.Errorf("%q reaches the line, error %v: want %q", got, err, want)
	}
}

// Whatever ends skerry ends QEMU.
func TestVirtualMachineEndsWithSkerry(t *testing.T) {
	for signal, status := range map[syscall.Signal]int{
		syscall.SIGINT: 130, syscall.SIGTERM: 143, syscall.SIGHUP: 129, syscall.SIGKILL: -1,
	} {
		command := onQEMU(t, "echo $$; exec sleep 60")
		out, err := command.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := command.Start(); err != nil {
			t.Fatal(err)
		}
		var process int
		if _, err := fmt.Fscan(out, &process); err != nil {
			t.Fatal(err)
		}
		command.Process.Signal(signal)
		var exit *exec.ExitError
		if err := command.Wait(); !errors.As(err, &exit) || exit.ExitCode() != status {
			t.Errorf("%v: ends with %v: want status %d", signal, err, status)
		}
		eventually(t, "QEMU is gone", func() bool { return !alive(process) })
	}
}

// With auto, KVM is taken if QEMU starts with it, and a line says why or why not.
func TestChooseAccel(t *testing.T) {
	const works = "exit 0"
	fast := func() (time.Duration, error) { return time.Nanosecond, nil }
	slow := func() (time.Duration, error) { return 600 * time.Nanosecond, nil }
	denied := func() (time.Duration, error) { return 0, errors.New("no guest") }
	const lacks = "echo 'qemu-system-x86_64: no module' >&2; echo more >&2; exit 1"
	for _, c := range []struct {
		asked, script string
		speed         func() (time.Duration, error)
		want          accel
		says          string
	}{
		{"tcg", lacks, fast, tcg, ""},
		{"kvm", works, fast, kvm, ""},
		{"kvm", works, slow, kvm, ""},
		{"auto", works, fast, kvm, "skerry: takes KVM: QEMU starts with it\n"},
		{"auto", works, denied, kvm, "skerry: takes KVM: QEMU starts with it\n"},
		{"auto", works, slow, tcg, "skerry: takes TCG: this host's KVM emulates ring 0 too, " +
			"at 600ns an instruction\n"},
		{"auto", lacks, fast, tcg, "skerry: takes TCG, which emulates: no KVM: no module\n"},
		{"auto", "kill -6 $$", fast, tcg,
			"skerry: takes TCG, which emulates: no KVM: signal: aborted\n"},
		{"kvm", lacks, fast, accel{}, ""},
	} {
		var said bytes.Buffer
		got, err := chooseAccel(c.asked, fakeQEMU(t, c.script), c.speed, &said)
		if got != c.want || said.String() != c.says || (err != nil) != (c.want == accel{}) {
			t.Errorf("%s where %q: takes %v, says %q, error %v: want %v and %q", c.asked, c.script,
				got, &said, err, c.want, c.says)
		}
	}
	_, err := chooseAccel("kvm", fakeQEMU(t, lacks), fast, os.Stderr)
	if want := "skerry: KVM, as asked for: no module: want"; !strings.HasPrefix(err.Error(), want) {
		t.Errorf("without KVM: %v: want %s…", err, want)
	}
}

// A program's environment has what it must have, whatever is asked for.
func TestEnvironment(t *testing.T) {
	for _, name := range hostVariables {
		t.Setenv(name, "")
		os.Unsetenv(name)
	}
	t.Setenv("TERM", "vt100")
	t.Setenv("COPIED", "yes")
	got := environment([]string{"GODEBUG=cpu.all=off", "GOMAXPROCS=1"},
		[]string{"A=1", "COPIED", "MISSING", "GODEBUG=gctrace=1", "A=2=3"})
	want := "GODEBUG=gctrace=1,cpu.all=off GOMAXPROCS=1 TERM=vt100 A=2=3 COPIED=yes"
	if strings.Join(got, " ") != want {
		t.Errorf("environment %q: want %s", got, want)
	}
}

// What a machine on bare cannot be is refused with one line.
func TestBadInputOnBare(t *testing.T) {
	bare := func(args ...string) *exec.Cmd {
		return onCores(t, append([]string{"--on", "bare"}, args...)...)
	}
	noQEMU := bare("end")
	noQEMU.Env = append(noQEMU.Env, "PATH=/nowhere")
	for _, c := range []struct {
		command *exec.Cmd
		status  int
		says    string
	}{
		{noQEMU, statusFailed, "skerry: no qemu-system-x86_64 on PATH: want QEMU: on Debian and " +
			"Ubuntu `sudo apt install qemu-system-x86`"},
		{onCores(t, "--memory", "1GiB", "end"), statusUsage, "skerry run: --memory on hosted: "},
		{bare("--no-pin", "end"), statusUsage, "skerry run: --no-pin on bare: want --on hosted"},
		{bare("--accel", "x"), statusUsage, "skerry: --accel x: want auto, kvm or tcg"},
		{bare("--board", "x"), statusUsage, "skerry: --board x: want microvm or q35"},
		{bare("--cores", "2", "--", "x"), statusUsage, "skerry: a program of its own, x, "},
		{bare("--"), statusUsage, "skerry: no program after --: want "},
		{bare("--exec", "help", "end"), statusUsage, "skerry: app end with --machine or --exec: "},
		{onCores(t, "--", "x"), statusUsage, "skerry: a program of its own, x, on hosted: "},
		{skerry(t, "image"), statusUsage, "skerry image: no file to make: want -o FILE"},
	} {
		said, _ := c.command.CombinedOutput()
		line, rest, _ := strings.Cut(string(said), "\n")
		if !strings.HasPrefix(line, c.says) || rest != "" {
			t.Errorf("%q says %q: want one line: %s…", c.command.Args[1:], said, c.says)
		}
		if got := c.command.ProcessState.ExitCode(); got != c.status {
			t.Errorf("%q leaves status %d: want %d", c.command.Args[1:], got, c.status)
		}
	}
}
