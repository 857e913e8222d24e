package main

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"skerry/kernel/layout"
)

// sampleTraps has a driver, a libOS and a program of a few functions.
func sampleTraps() *traps {
	vectors := function{"main.vectors", 0x20_2000, 0x20_3000}
	return &traps{
		driver: code{{"main.syscallEntry", 0x20_1000, 0x20_1010}, {"trap", 0x20_1010, 0x20_1020},
			{halted, 0x20_1020, 0x20_1030}, vectors},
		libos:   code{{"main.callEntry", layout.Libos, layout.Libos + 0x10}},
		program: code{{"main.a", 0x40_0000, 0x40_0010}, {"main.b", 0x40_0010, 0x40_0020}},
		syscall: 0x20_1000, vectors: vectors,
		cores: map[int]*coreState{}, paths: map[kind][]path{},
	}
}

// trapLog writes a log as QEMU does, of the instructions of one core.
func trapLog(core int, addresses ...uint64) string {
	text := "Stopped execution of TB chain before 0x7f0 [0000000000201010] \n"
	for _, a := range addresses {
		text += fmt.Sprintf("Trace %d: 0x7f1c [0000000000000000/%016x/0040c2b0/ff000201] \n",
			core, a)
	}
	return text
}

// A path goes from an entry to what comes next, and counts an instruction that repeats itself once;
// cores do not mix.
func TestTrapLog(t *testing.T) {
	const user, other, fault = 0x40_0000, 0x40_0010, 0x20_20e0
	system := func(c int) string { return trapLog(c, user, 0x20_1000, 0x20_1010, 0x20_1010) }
	for name, c := range map[string]struct {
		log  string
		kind kind
		want []path
	}{
		"call": {system(0) + trapLog(0, user), kind{0, vectorNone, "main.a", "main.a"},
			[]path{{2, []step{{"main.syscallEntry", 1}, {"trap", 1}}}}},
		"call of the libOS": {system(0) + trapLog(0, layout.Libos, layout.Libos+1, user),
			kind{0, vectorNone, "main.a", "main.a"},
			[]path{{4, []step{{"main.syscallEntry", 1}, {"trap", 1},
				{"libOS: main.callEntry", 2}}}}},
		"an interrupt of the libOS": {system(0) + trapLog(0, layout.Libos, 0x20_2f00, 0x20_1010,
			layout.Libos, user), kind{0, vectorKick, libOS, "main.a"},
			[]path{{3, []step{{"main.vectors", 1}, {"trap", 1}, {"libOS: main.callEntry", 1}}}}},
		"switch": {system(0) + trapLog(0, other), kind{0, vectorNone, "main.a", "main.b"},
			[]path{{2, []step{{"main.syscallEntry", 1}, {"trap", 1}}}}},
		"fault": {trapLog(0, user, fault, 0x20_20e5, 0x20_1010, user),
			kind{0, 14, "main.a", "main.a"},
			[]path{{3, []step{{"main.vectors", 2}, {"trap", 1}}}}},
		"two cores": {system(0) + system(1) + trapLog(0, user) + trapLog(1, other),
			kind{1, vectorNone, "main.a", "main.b"},
			[]path{{2, []step{{"main.syscallEntry", 1}, {"trap", 1}}}}},
		"an interrupt of the halt": {system(0) + trapLog(0, 0x20_1020, 0x20_2f00, 0x20_1010, other),
			kind{0, vectorKick, halted, "main.b"},
			[]path{{2, []step{{"main.vectors", 1}, {"trap", 1}}}}},
		"unfinished": {system(0), kind{0, vectorNone, "main.a", ""}, nil},
	} {
		traps := sampleTraps()
		if err := traps.read(strings.NewReader(c.log)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if got := traps.paths[c.kind]; !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: paths %+v, of all %+v: want %+v", name, got, traps.paths, c.want)
		}
	}
}

// A log that looks otherwise is refused.
func TestTrapLogBad(t *testing.T) {
	for _, line := range []string{"Trace x: 0x7f [0/201000/1/2]", "Trace 0: 0x7f [0/zz/1/2]",
		"Trace 0: 0x7f"} {
		if err := sampleTraps().read(strings.NewReader(line + "\n")); err == nil {
			t.Errorf("%q is taken: want an error", line)
		}
	}
}

// Every bar is on a case, and a typical path is one of the median length.
func TestTrapCases(t *testing.T) {
	names := map[string]bool{}
	for _, c := range trapCases() {
		names[c.name] = true
	}
	for _, bar := range trapBars() {
		if !names[bar.Over.Subject] {
			t.Errorf("bar %s is on %q: want a case", bar.Name, bar.Over.Subject)
		}
	}
	paths := []path{{total: 9}, {total: 1}, {total: 5}}
	if got := typical(paths).total; got != 5 {
		t.Errorf("the typical path of 9, 1 and 5 instructions has %d: want 5", got)
	}
}
