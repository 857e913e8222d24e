package main

import (
	"os"
	"slices"
	"strings"
	"testing"
)

// The default machine is what default.toml says, with as many cores and as much memory as asked
// for; the console is on all of them, and the card's driver serves nobody if there are others.
func TestDefaultMachine(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	serve := func(cores string) string {
		return "shell + entropy + httpd + kv -cores " + cores + " -maxmemory 6mb -maxclients 256"
	}
	for cores, want := range map[int][]string{
		0: {"net + shell + entropy", serve("1-3"), serve("1-3"), serve("1-3")},
		1: {"net + " + serve("0")},
		2: {"net + shell + entropy", serve("1-1")},
		3: {"net + shell + entropy", serve("1-2"), serve("1-2")},
	} {
		o := &options{instance: self + ".none", cores: cores}
		o.bare.memory = "128MiB"
		m, err := o.machine()
		if err != nil {
			t.Fatalf("%d cores: %v", cores, err)
		}
		var got []string
		for core := range m.Cores {
			got = append(got, strings.Join(m.Words(core), " "))
		}
		if !slices.Equal(got, want) || m.Memory != 128<<20 {
			t.Errorf("%d cores: %d bytes, %q: want 128 MiB, %q", cores, m.Memory, got, want)
		}
		if len(m.Devices) != 2 {
			t.Errorf("%d cores: devices %v: want two", cores, m.Devices)
		}
		for _, d := range m.Devices {
			if d.Cores != 3 && (cores != 1 || d.Cores != 1) {
				t.Errorf("%d cores: device %v: want it for the first two cores", cores, d)
			}
		}
	}
}
