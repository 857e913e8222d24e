package hosted

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// fakePool is a directory like poolDir, with a pool of the given size and pages free.
func fakePool(t *testing.T, size, free string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{
		"nr_hugepages": size, "free_hugepages": free,
		"resv_hugepages": "0", "surplus_hugepages": "0",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func poolSize(t *testing.T, dir string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, "nr_hugepages"))
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(text))
}

// A janitor raises the pool by what is missing, keeps others out until the pages are taken, and
// takes its own share away when its launcher is gone, whatever others did meanwhile.
func TestJanitorGivesBackItsShare(t *testing.T) {
	dir := fakePool(t, "5", "2")
	launcher, life := io.Pipe()
	replies, reply := io.Pipe()
	done := make(chan error)
	go func() { done <- keepPages(dir, 6, launcher, reply) }()
	if _, err := replies.Read(make([]byte, 16)); err != nil {
		t.Fatal(err)
	}
	if size := poolSize(t, dir); size != "9" {
		t.Errorf("pool of 5 with 2 free has %s pages for 6: want 9", size)
	}
	life.Write([]byte{1})
	other, err := lockPool(dir) // possible only when the pages are taken
	if err != nil {
		t.Fatal(err)
	}
	if _, err := other.resize(20); err != nil {
		t.Fatal(err)
	}
	other.unlock()
	life.Close()
	if err := <-done; err != nil {
		t.Error(err)
	}
	if size := poolSize(t, dir); size != "25" {
		t.Errorf("pool has %s pages at the end: want 25, as if there had been no janitor", size)
	}
}

// A janitor is a process that signals to its launcher's terminal do not end. Planted: one that is
// killed, after which the check sees pages that are left.
func TestJanitorOutlivesSignals(t *testing.T) {
	for signal, left := range map[syscall.Signal]string{
		syscall.SIGINT: "2", syscall.SIGTERM: "2", syscall.SIGHUP: "2", syscall.SIGKILL: "7",
	} {
		dir := fakePool(t, "2", "0")
		r, err := reserve([]string{self(t), "janitor"}, dir, 5)
		if err != nil {
			t.Fatal(err)
		}
		if size := poolSize(t, dir); size != "7" {
			t.Errorf("pool of 2 with none free has %s pages for 5: want 7", size)
		}
		r.taken()
		if err := r.janitor.Process.Signal(signal); err != nil {
			t.Error(err)
		}
		r.giveBack()
		if size := poolSize(t, dir); size != left {
			t.Errorf("after %v the pool has %s pages at the end: want %s", signal, size, left)
		}
	}
}

// A launcher that dies before it took the pages leaves no more than one that took them.
func TestJanitorOfALauncherThatDiesEarly(t *testing.T) {
	dir := fakePool(t, "0", "0")
	if err := keepPages(dir, 3, strings.NewReader(""), io.Discard); err != nil {
		t.Error(err)
	}
	if size := poolSize(t, dir); size != "0" {
		t.Errorf("pool has %s pages at the end: want 0", size)
	}
}

// fragileJanitor is the verb of a janitor that ignores no signal.
const fragileJanitor = "fragile-janitor"

// A launcher that dies before it hears of its pages leaves none. Planted: a janitor that does not
// ignore SIGPIPE, and ends when it tells a launcher that is gone.
func TestJanitorThatNobodyHears(t *testing.T) {
	for verb, left := range map[string]string{"janitor": "0", fragileJanitor: "3"} {
		dir := fakePool(t, "0", "0")
		reader, reply, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		reader.Close()
		c := exec.Command(self(t), verb, dir, "3")
		c.Stdout = reply
		err = c.Run()
		reply.Close()
		if size := poolSize(t, dir); size != left {
			t.Errorf("%s ends with %v and leaves %s pages: want %s", verb, err, size, left)
		}
	}
}

// A pool that would take most of the host's memory is not asked for.
func TestJanitorLeavesMemory(t *testing.T) {
	dir := fakePool(t, "1", "1")
	err := keepPages(dir, 1<<30, strings.NewReader(""), io.Discard)
	refused(t, err, "1073741823 more would be over 25 % of the host's available memory")
	if size := poolSize(t, dir); size != "1" {
		t.Errorf("pool has %s pages: want 1", size)
	}
}

// Where enough pages are free the pool stays as it is.
func TestJanitorWithEnoughPages(t *testing.T) {
	dir := fakePool(t, "4", "3")
	var said bytes.Buffer
	if err := keepPages(dir, 3, strings.NewReader(""), &said); err != nil {
		t.Error(err)
	}
	if size := poolSize(t, dir); size != "4" || said.String() != janitorReady+"\n" {
		t.Errorf("pool has %s pages, janitor said %q: want 4, and %q", size, &said, janitorReady)
	}
}

// Without huge pages, or a way to reserve them, the machine runs on small ones, and one line says
// what would help.
func TestNoPermissionToReserve(t *testing.T) {
	var warnings []string
	r := buildOf(t, Config{
		Cores: 2, Args: []string{"return"}, pool: "/nowhere",
		Janitor: []string{"/bin/sh", "-c", "echo open $0: permission denied"},
		Warn:    func(line string) { warnings = append(warnings, line) },
	})
	if err := r.Run(); err != nil {
		t.Error(err)
	}
	if len(warnings) == 0 {
		t.Skip("huge pages are free on this host")
	}
	const says = "hosted: reserve 1 huge pages: open /nowhere: permission denied: windows get " +
		"4 KiB pages, which may be slower: run as root, or have 1 huge pages reserved: " +
		"sudo sysctl vm.nr_hugepages=1"
	if len(warnings) != 1 || warnings[0] != says {
		t.Errorf("warnings %q: want one: %s", warnings, says)
	}
}
