package shell

import (
	"os"
	"slices"
	"strings"
	"testing"

	"skerry/coreos"
	"skerry/kernel/epitaph"
	"skerry/kernel/hosted"
)

// TestMain makes the test's binary a core, or the tests.
func TestMain(m *testing.M) {
	if hosted.Booted() {
		coreos.Main(App())
		return
	}
	os.Exit(m.Run())
}

// A script runs to its end on processes too, though each core in turn dies of it.
func TestScriptOnHosted(t *testing.T) {
	const script = "ping 1; bench msg 2; crash 0; cores; start 0; restart 1; ping 1; stop 0; " +
		"mem; exit"
	console, err := os.CreateTemp(t.TempDir(), "console")
	if err != nil {
		t.Fatal(err)
	}
	defer console.Close()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	machine, err := hosted.New(hosted.Config{
		Cores: 3, Instance: self, Args: []string{"shell", "--exec", script}, Output: console,
	})
	if err != nil {
		t.Fatal(err)
	}
	defer machine.Close()
	failed := machine.Run()
	text, err := os.ReadFile(console.Name())
	if err != nil {
		t.Fatal(err)
	}
	out := new(screen)
	out.Write(text)
	if got := out.commands(); !slices.Equal(got, strings.Split(script, "; ")) || failed != nil {
		t.Errorf("ran %q, error %v: want %q, no error:\n%s", got, failed, script, text)
	}
	out.shows(t, `^core 1 answers in`, `^stream of messages`,
		`^core 1 has the console now; core 0, life 1: panicked: panic: shell: the console asked`,
		`^core 0, life 2: answers`, `^core 0 has the console now; core 1, life 1: stopped`,
		`^core 1, life 2: answers`, `^core 1 has the console now; core 0, life 2: stopped`)
	if e, _ := machine.Epitaph(1); e.Cause != epitaph.Stopped {
		t.Errorf("%v: want it stopped", e)
	}
}
