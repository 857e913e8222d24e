package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"skerry/kernel"
	"skerry/kernel/hosted"
	"skerry/kernel/local"
)

// mainVariable makes the test's binary the skerry command.
const mainVariable = "SKERRY_TEST_MAIN"

// TestMain makes the test's binary what its environment says: a core, the command, or the tests.
func TestMain(m *testing.M) {
	switch {
	case hosted.Booted():
		instance()
	case os.Getenv(qemuVariable) != "":
		runVirtual(os.Getenv(qemuVariable))
	case os.Getenv(mainVariable) != "":
		main()
	default:
		os.Exit(m.Run())
	}
}

// instance is the program of the cores: it ends at once, with an error, or never.
func instance() {
	core, err := local.Attach()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	switch core.Boot().Args[0] {
	case "end":
	case "fail":
		core.Die("told to")
	case "stay":
		stayAs(core, os.Getpid())
	case "orphan": // has a process that nobody ends
		child := exec.Command("sleep", "60")
		if err := child.Start(); err != nil {
			core.Die(err.Error())
		}
		stayAs(core, child.Process.Pid)
	}
}

// stayAs tells the number of the core's process, and never returns.
func stayAs(core kernel.Core, process int) {
	fmt.Printf("core %d is process %d\n", core.Boot().Core, process)
	for {
		core.Wait(kernel.Forever)
	}
}

// skerry returns the command with the given arguments.
func skerry(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c := exec.Command(self, args...)
	// Built with the race detector, a process would sleep for a second at its end.
	c.Env = append(os.Environ(), mainVariable+"=1", "GORACE=atexit_sleep_ms=0")
	return c
}

// onCores returns `skerry run` with the test's binary as the program of the cores.
func onCores(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	c := skerry(t)
	c.Args = append(c.Args, append([]string{"run", "--instance", c.Path}, args...)...)
	return c
}

// A machine's end decides the exit status, and cores that did not end well are named in a line.
func TestRunStatus(t *testing.T) {
	for program, want := range map[string]struct {
		status int
		lines  []string
	}{
		"end": {statusOK, nil},
		"fail": {statusFailed, []string{
			"core 0, core 1, life 1: panicked: told to"}},
	} {
		c := onCores(t, "--cores", "2", program)
		var said bytes.Buffer
		c.Stderr = &said
		c.Run()
		if got := c.ProcessState.ExitCode(); got != want.status {
			t.Errorf("%s leaves status %d: want %d", program, got, want.status)
		}
		for _, line := range want.lines {
			if strings.Count(said.String(), line+"\n") != 1 {
				t.Errorf("%s says %q: want the line %q", program, &said, line)
			}
		}
	}
}

// What cannot be done is refused with one line and a status that is not 0.
func TestBadInput(t *testing.T) {
	for _, c := range []struct {
		command *exec.Cmd
		status  int
		says    string
	}{
		{skerry(t, "rum"), statusUsage, `skerry: unknown verb "rum": did you mean "run"?`},
		{skerry(t, "janito"), statusUsage, `skerry: unknown verb "janito": did you mean "run"?`},
		{skerry(t, "help", "rn"), statusUsage, `skerry: unknown verb "rn": did you mean "run"?`},
		{skerry(t, "-x"), statusUsage, `skerry: unknown verb "-x": see `},
		{skerry(t, "janitor"), statusUsage, "hosted: janitor with 0 arguments"},
		{skerry(t, "run", "--core", "1"), statusUsage, "skerry run: flag provided but not defined"},
		{skerry(t, "run", "--cores", "x"), statusUsage, `skerry run: invalid value "x" for flag`},
		{skerry(t, "run", "a", "+"), statusFailed, "command line:6: app without a name: want one"},
		{skerry(t, "run", "--publish", "80/tcp", "a"), statusUsage,
			`skerry run: invalid value "80/tcp" for flag -publish: "80/tcp": want HOST:PORT/tcp`},
		{skerry(t, "run", "./nowhere"), statusFailed, "skerry: no folder ./nowhere: want one with"},
		{onCores(t, "--on", "metal", "end"), statusUsage, `skerry: no driver "metal": want `},
		{onCores(t, "--on", "sim", "end"), statusUsage, "skerry: sim runs inside `go test`"},
		{onCores(t, "--cores", "0", "end"), statusUsage, "skerry run: --cores 0: want 1 or more"},
		{onCores(t, "--cores", "65", "end"), statusFailed, "command line:1: cores = 65: want "},
		{onCores(t, "--instance", "/nowhere", "end"), statusFailed, "hosted: instance: stat /now"},
		{onCores(t, "--cores", "1", "--instance", "/bin/true", "end"), statusFailed,
			"core 0, life 1: panicked: ended without attaching: want a program that calls"},
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

// Wherever a machine runs out of files, one line says so: small pages, with advice on huge ones,
// would not help.
func TestFewFiles(t *testing.T) {
	small := []byte(": windows get 4 KiB pages") // right if pages lack for another reason
	for limit := 14; limit < 100; limit++ {
		c := onCores(t, "--cores", "5", "end")
		few := exec.Command("/bin/sh", append([]string{"-c", `ulimit -n $0; exec "$@"`,
			strconv.Itoa(limit)}, c.Args...)...)
		few.Env = c.Env
		said, err := few.CombinedOutput()
		switch {
		case bytes.HasPrefix(said, []byte("runtime: ")): // the Go runtime lacks its own two
		case err == nil:
			return
		case bytes.Contains(said, []byte("open files: windows get")),
			bytes.Count(said, []byte("\n")) != 1+bytes.Count(said, small):
			t.Errorf("with %d files: %q: want one line", limit, said)
		}
	}
	t.Error("no machine with the most files: want one")
}

// Help, asked for in any way, names every verb that is for people.
func TestHelp(t *testing.T) {
	for _, ask := range []string{"help", "-h", "--help"} {
		said, err := skerry(t, ask).Output()
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range commands() {
			listed := bytes.Contains(said, []byte("\n  "+c.verb))
			if listed != (c.summary != "") {
				t.Errorf("%s lists %s: %v: want %v", ask, c.verb, listed, !listed)
			}
		}
	}
}

// Windows are anonymous memory: it does not matter that no room is left in /dev/shm.
func TestFullSharedMemoryFolder(t *testing.T) {
	c := onCores(t, "--cores", "2", "end")
	const fill = `mount -t tmpfs -o size=4096 tmpfs /dev/shm || exit 77
		head -c 8192 /dev/zero 2>/dev/null >/dev/shm/full
		echo x 2>/dev/null >/dev/shm/more && exit 78
		exec "$0" "$@"`
	flag := mountFlag(t)
	full := exec.Command("unshare", append([]string{flag, "/bin/sh", "-c", fill}, c.Args...)...)
	full.Env = c.Env
	said, err := full.CombinedOutput()
	switch {
	case full.ProcessState.ExitCode() == 77:
		t.Skipf("NOT TESTED: /dev/shm cannot be mounted: %s", said)
	case err != nil:
		t.Errorf("skerry run with /dev/shm full: %v: %s", err, said)
	}
}

// mountFlag returns how unshare gives this user mounts of its own: as root, or as root of its own.
func mountFlag(t *testing.T) string {
	t.Helper()
	var said []byte
	for _, flag := range []string{"-m", "-rm"} {
		var err error
		if said, err = exec.Command("unshare", flag, "true").CombinedOutput(); err == nil {
			return flag
		}
	}
	t.Skipf("NOT TESTED: no mount namespace to be had: %s", said)
	return ""
}
