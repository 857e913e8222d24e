package hosted

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"skerry/kernel"
	"skerry/kernel/epitaph"
)

// What cannot be a machine is refused with one line that says why, and leaves nothing.
func TestNewRefuses(t *testing.T) {
	noProgram := filepath.Join(t.TempDir(), "data")
	if err := os.WriteFile(noProgram, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	before := openFiles(t)
	for _, c := range []struct {
		config Config
		says   string
	}{
		{Config{Cores: 0, Instance: self(t)}, "hosted: 0 cores: want 1 to 64"},
		{Config{Cores: -1, Instance: self(t)}, "hosted: -1 cores: want 1 to 64"},
		{Config{Cores: 65, Instance: self(t)}, "hosted: 65 cores: want 1 to 64"},
		{Config{Cores: 1, Instance: "/nowhere"}, "hosted: instance: stat /nowhere: no such file"},
		{Config{Cores: 1, Instance: "/"}, "hosted: instance / has mode d"},
		{Config{Cores: 1, Instance: noProgram}, "hosted: instance " + noProgram + " has mode -rw"},
		{Config{Cores: 1, Instance: self(t), Args: []string{strings.Repeat("x", argsBytesMax)}},
			"hosted: 65537 bytes of arguments: want at most 65536"},
	} {
		_, err := New(c.config)
		refused(t, err, c.says)
	}
	if after := openFiles(t); after != before {
		t.Errorf("%d files are open, %d before", after, before)
	}
}

func refused(t *testing.T, err error, says string) {
	t.Helper()
	if err == nil || !strings.HasPrefix(err.Error(), says) || strings.Contains(err.Error(), "\n") {
		t.Errorf("error %v: want one line: %s…", err, says)
	}
}

// A host without files to spare for all windows is told of, and gets back those that were made.
func TestNewWithoutFiles(t *testing.T) {
	build(t, 1).Close()
	before := openFiles(t)
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &limit); err != nil {
		t.Fatal(err)
	}
	low := unix.Rlimit{Cur: uint64(before) + 40, Max: limit.Max}
	if err := unix.Setrlimit(unix.RLIMIT_NOFILE, &low); err != nil {
		t.Fatal(err)
	}
	defer unix.Setrlimit(unix.RLIMIT_NOFILE, &limit)
	_, err := New(Config{Cores: 10, Instance: self(t)})
	refused(t, err, "hosted: make the window between core ")
	eventually(t, "files are closed", func() bool { return openFiles(t) <= before })
}

// Without permission to pin no core starts, and the error names the way out; that way works.
func TestNoPermissionToPin(t *testing.T) {
	refuse := func(*unix.CPUSet) error { return unix.EPERM }
	r := buildOf(t, Config{Cores: 2, Args: []string{"return"}, pin: refuse})
	refused(t, r.Run(), "hosted: start core 0: pin it to CPU 0 (--no-pin goes without): ")
	r = buildOf(t, Config{Cores: 2, Args: []string{"return"}, pin: refuse, NoPin: true})
	if err := r.Run(); err != nil {
		t.Error(err)
	}
}

// If one core cannot start, none stays.
func TestRunIsAllOrNothing(t *testing.T) {
	pins := 0
	failing := func(*unix.CPUSet) error {
		if pins++; pins == 3 { // core 0: pinned, and back; core 1
			return unix.EINVAL
		}
		return nil
	}
	r := buildOf(t, Config{Cores: 3, Args: []string{"watch"}, pin: failing})
	refused(t, r.Run(), "hosted: start core 1: pin it")
	if e, ok := r.Epitaph(0); !ok || e.Cause != epitaph.Stopped {
		t.Errorf("core 0: %v (%v): want it stopped", e, ok)
	}
}

// A running core is not started, one that does not run is not stopped, and nobody else exists.
func TestMachineRefusals(t *testing.T) {
	r := build(t, 2, "watch")
	r.start(0, 0)
	if err := r.Start(0); err != kernel.ErrRunning {
		t.Errorf("Start of a running core returns %v: want %v", err, kernel.ErrRunning)
	}
	if err := r.Stop(1, ""); err != kernel.ErrNotRunning {
		t.Errorf("Stop of a core that is off returns %v: want %v", err, kernel.ErrNotRunning)
	}
	if _, err := r.Kill(1); err != kernel.ErrNotRunning {
		t.Errorf("Kill of a core that is off returns %v: want %v", err, kernel.ErrNotRunning)
	}
	if err := r.Start(2); err != kernel.ErrNoCore {
		t.Errorf("Start of core 2 of 2 returns %v: want %v", err, kernel.ErrNoCore)
	}
	if err := r.Stop(1<<16, ""); err != kernel.ErrNoCore {
		t.Errorf("Stop of another machine's core returns %v: want %v", err, kernel.ErrNoCore)
	}
}

// A window of the wrong size or kind, or none, is refused; and no end can change a window's size.
func TestMapFileRefuses(t *testing.T) {
	short, err := makeMemory("short", kernel.WindowBytes-1, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(short)
	const prot = unix.PROT_READ
	_, err = mapFile("window to core 2", short, kernel.WindowBytes, prot)
	refused(t, err, "hosted: window to core 2: file ")
	_, err = mapFile("window to core 2", -1, kernel.WindowBytes, prot)
	refused(t, err, "hosted: window to core 2: file -1: bad file descriptor")
	_, err = mapFile("window to core 2", 0, 0, prot)
	refused(t, err, "hosted: window to core 2: file 0: 0 bytes, mode ")
	if err := unix.Ftruncate(short, 0); err != unix.EPERM {
		t.Errorf("truncating a window returns %v: want %v", err, unix.EPERM)
	}
}

// A process whose boot record is missing, foreign or of other sources is told so.
func TestAttachRefuses(t *testing.T) {
	other := &bootRecord{Version: bootVersion + 1}
	fd, err := other.write()
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(fd)
	_, err = decodeBoot(fd)
	refused(t, err, "version 4: want 3: build skerry and the instance from the same sources")
	for text, says := range map[string]string{
		"yes": `hosted: SKERRY_HOSTED="yes": want the number of a file`,
		"999": "hosted: boot record in file 999: bad file descriptor",
	} {
		t.Setenv(bootVariable, text)
		_, err := Attach()
		refused(t, err, says)
		if Booted() {
			t.Errorf("%s is left in the environment", bootVariable)
		}
	}
}
