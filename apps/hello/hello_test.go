package main

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"skerry/kernel/hosted"
)

// TestMain makes the test's binary a core, or the tests.
func TestMain(m *testing.M) {
	if hosted.Booted() {
		main()
		return
	}
	os.Exit(m.Run())
}

// Each core says hello once, and the machine ends well.
func TestHello(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	console, err := os.CreateTemp(t.TempDir(), "console")
	if err != nil {
		t.Fatal(err)
	}
	defer console.Close()
	machine, err := hosted.New(hosted.Config{
		Cores: 3, Instance: self, Args: []string{"hello"}, Output: console,
	})
	if err != nil {
		t.Fatal(err)
	}
	defer machine.Close()
	if err := machine.Run(); err != nil {
		t.Error(err)
	}
	text, err := os.ReadFile(console.Name())
	if err != nil {
		t.Fatal(err)
	}
	for core := range 3 {
		line := fmt.Sprintf("core %d: hello: I am one of 3 cores\n", core)
		if strings.Count(string(text), line) != 1 {
			t.Errorf("the cores say %q: want %q once", text, line)
		}
	}
}
