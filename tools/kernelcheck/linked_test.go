package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// linkedPlants are freestanding programs, each of a clean one and the files of a folder of
// testdata, with what must be refused of each.
var linkedPlants = []struct {
	program     program
	clean, name string
	want        []string
}{
	{driver, "clean", "clean", nil},
	{driver, "clean", "calls", []string{
		"plant.go:18: use of fmt.Fprintln",
		"plant.go:19: use of runtime.newobject",
		"plant.go:20: use of runtime.growslice",
		"plant.go:21: use of runtime.mapaccess1",
		"plant.go:22: XORPS", // floats
		"plant.go:23: use of runtime.convTstring",
		"plant.go:24: use of runtime.newproc",
		"plant.go:25: use of runtime.chansend1",
		"plant.go:26: use of runtime.convT64",
		"plant.go:27: use of runtime.concatstring",
		"plant.go:28: use of strconv.Itoa",
		"plant.go:29: use of runtime.memmove: PXOR",
		"plant.go:30: use of runtime.memequal: use of memeqbody: PCMPEQB",
		"main.format: use of strconv.Itoa",
	}},
	{driver, "clean", "instructions", []string{
		"plant.go:7: direct call of main.direct.abi0",
		"plant.go:7: XORPS",
		"plant.go:7: MOV by way of FS or GS",
		"plant_amd64.s:4: use of the wrapper of main.called.abi0",
		"plant_amd64.s:12: XORPS",
		"plant_amd64.s:13: PXOR",
		"plant_amd64.s:14: MOVQ",
		"plant_amd64.s:15: POPCNT",
		"plant_amd64.s:16: TZCNT",
		"plant_amd64.s:17: MOV by way of FS or GS",
		"plant_amd64.s:18: MOV by way of FS or GS",
		"plant_amd64.s:19: CMPXCHG16B",
		"plant_amd64.s:20: XGETBV",
		"plant_amd64.s:21: RDTSCP",
		"plant_amd64.s:22: INT",
		"plant_amd64.s:23: SYSCALL",
		"plant_amd64.s:24: use of runtime.memhash",
		"plant_amd64.s:28: bytes c5 f8 77",
		"plant_amd64.s:32: bytes 0f 01 ca",
	}},
	{driver, "clean", "vectors", []string{
		"vectors_amd64.s:17: the stub of vector 8 pushes [0 8] and jumps: want [8]",
		"the stub of vector 15 pushes [0 16] and jumps: want [0 15]",
		"the stub of vector 16 pushes [0 15] and jumps: want [0 16]",
	}},
	{driver, "clean", "large", []string{
		"within 0x200000 to 0x3f3000",
		"no function main.boundsEntry",
		"no function main.syscallEntry",
		"no function main.vectors",
	}},
	{libos, "libos", "libos", nil},
	{libos, "libos", "libosbugs", []string{
		"plant.go:15: direct call of main.direct.abi0",
		"plant.go:15: MOV by way of FS or GS",
		"plant.go:16: use of runtime.newobject",
		"use of fmt.Fprintln",
		"plant.go:17: use of runtime.convTstring",
		"plant.go:18: use of runtime.concatstring",
		"plant.go:21: variables with values made at run time",
		"plant_amd64.s:4: use of the wrapper of main.called.abi0",
		"plant_amd64.s:5: MOV by way of FS or GS",
		"plant_amd64.s:6: MOV by way of FS or GS",
		"plant_amd64.s:7: CLI: want no instruction for ring 0 only",
		"plant_amd64.s:8: HLT",
		"plant_amd64.s:9: MOV: want no instruction for ring 0 only",
		"plant_amd64.s:10: RDMSR",
		"plant_amd64.s:11: IRETQ",
		"plant_amd64.s:12: SYSRET",
		"plant_amd64.s:13: INT",
		"plant_amd64.s:14: POPCNT: want instructions that every x86-64 processor has",
		"plant_amd64.s:15: RDTSCP",
		"plant_amd64.s:17: use of runtime.memhash",
		"plant_amd64.s:21: bytes c5 f8 77",
	}},
	{libos, "libos", "libosempty", []string{
		"no function main.boundsEntry",
		"no function main.upcallEntry",
		"no function main.faultEntry",
		"no function main.tail:",
		"no function main.tailEnd",
	}},
}

// Every kind of violation that is planted in a linked program is refused, and a clean program
// passes.
func TestLinkedPlants(t *testing.T) {
	testdata, err := filepath.Abs("testdata")
	if err != nil {
		t.Fatal(err)
	}
	for _, plant := range linkedPlants {
		t.Run(plant.name, func(t *testing.T) {
			t.Chdir(t.TempDir())
			write(t, "go.mod", "module skerry\n\ngo 1.26\n")
			copyFolder(t, filepath.Join(testdata, plant.clean), plant.program.Folder)
			copyFolder(t, filepath.Join(testdata, plant.name), plant.program.Folder)
			findings, err := checkLinked(plant.program)
			if err != nil {
				t.Fatal(err)
			}
			compare(t, findings, plant.want)
		})
	}
}

// compare wants each text in one finding, and each finding to have one of the texts.
func compare(t *testing.T, findings []finding, want []string) {
	t.Helper()
	seen := map[string]bool{}
	for _, f := range findings {
		line := f.String()
		i := slices.IndexFunc(want, func(text string) bool { return strings.Contains(line, text) })
		if i < 0 {
			t.Errorf("unexpected finding\n%s", line)
			continue
		}
		seen[want[i]] = true
	}
	for _, text := range want {
		if !seen[text] {
			t.Errorf("no finding with %q", text)
		}
	}
}

func copyFolder(t *testing.T, from, to string) {
	t.Helper()
	if err := os.MkdirAll(to, 0o755); err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(from)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		text, err := os.ReadFile(filepath.Join(from, entry.Name()))
		if err != nil {
			t.Fatal(err)
		}
		write(t, filepath.Join(to, entry.Name()), string(text))
	}
}
