package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"

	"skerry/test/bench/harness"
)

// trapProgram enters the driver in each way.
const trapProgram = "skerry/test/bench/testdata/traps"

const trapCaseName = "instructions of CPU driver and libOS"

// Vectors of the driver.
const (
	vectorPage = 14
	vectorKick = 0xf0
)

// trapCase is one way through the driver.
type trapCase struct {
	name  string
	cores int // of the machine that takes it
	kinds []kind
	bound float64 // instructions; 0: none
}

func trapCases() []trapCase {
	return []trapCase{
		{"null system call", 1, []kind{call("main.nullCall", "main.nullCall")}, 150},
		{"null system call of the libOS", 1, []kind{call("main.libosCall", "main.libosCall")}, 0},
		{"page fault, one page", 1, []kind{page("main.oneFault")}, 600},
		{"page fault, with the pages around", 1, []kind{page("main.freshFaults")}, 0},
		{"switch between two threads", 1, []kind{call("main.yieldA", "main.yieldB"),
			call("main.yieldB", "main.yieldA")}, 250},
		{"kick, sender", 2, []kind{call("main.kick", "main.kick")}, 220},
		{"kick, receiver that computes", 2, []kind{{1, vectorKick, "", ""}}, 150},
		{"kick, receiver that sleeps", 2, []kind{{1, vectorKick, halted, ""}}, 0},
	}
}

func call(from, to string) kind { return kind{0, vectorNone, from, to} }

func page(in string) kind { return kind{0, vectorPage, in, in} }

// functions returns those of the program that cases on so many cores name.
func functions(cores int) []string {
	var names []string
	for _, c := range trapCases() {
		for _, k := range c.kinds {
			if c.cores == cores && strings.HasPrefix(k.from, "main.") {
				names = append(names, k.from)
			}
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

func openTrap(options, io.Writer) (*setup, error) {
	g, err := buildGuest(trapProgram)
	if err != nil {
		return nil, err
	}
	return &setup{bars: trapBars(), note: "in QEMU's emulator, one core's with -icount",
		close: g.close, count: g.countTraps}, nil
}

func trapBars() []harness.Bar {
	var bars []harness.Bar
	for _, c := range trapCases() {
		if c.bound > 0 {
			bars = append(bars, harness.Bar{Name: c.name, Over: harness.Ref{Case: trapCaseName,
				Subject: c.name}, Bounds: map[harness.Class]float64{harness.One: c.bound}})
		}
	}
	return bars
}

// countTraps counts the instructions of driver and libOS on each path: in an emulator, which is
// asked to log each one that it executes. It prints where they are.
func (g *guest) countTraps(ctx context.Context, out io.Writer) ([]harness.Row, error) {
	logs := map[int]*traps{}
	for _, cores := range []int{1, 2} {
		t, err := g.logTraps(ctx, cores)
		if err != nil {
			return nil, err
		}
		logs[cores] = t
	}
	var rows []harness.Row
	for _, c := range trapCases() {
		var paths []path
		for _, k := range c.kinds {
			paths = append(paths, logs[c.cores].paths[k]...)
		}
		if len(paths) == 0 {
			return nil, fmt.Errorf("bench: %s: found no such path in QEMU's log", c.name)
		}
		rows = append(rows, trapRow(c.name, paths))
		tellPath(out, c.name, typical(paths))
	}
	return rows, nil
}

// tellPath prints what a path is made of.
func tellPath(out io.Writer, name string, p path) {
	fmt.Fprintf(out, "\n%s, %d instructions:\n", name, p.total)
	for _, s := range p.steps {
		fmt.Fprintf(out, "  %5d  %s\n", s.count, strings.Replace(s.name, "skerry/kernel/", "", 1))
	}
}

// trapRow returns the row of a case.
func trapRow(name string, paths []path) harness.Row {
	var totals []float64
	for _, p := range paths {
		totals = append(totals, float64(p.total))
	}
	row := harness.Row{Bench: "trap", Case: trapCaseName, Subject: name, Class: harness.One,
		Metric: "entry to exit", Samples: len(paths)}
	row.Q1, row.Median, row.Q3 = harness.Quartiles(totals)
	return row
}

// typical returns a path of the median length.
func typical(paths []path) path {
	sorted := slices.SortedFunc(slices.Values(paths), func(a, b path) int {
		return a.total - b.total
	})
	return sorted[len(sorted)/2]
}

// logTraps runs the program on so many cores, one translated instruction at a time, and reads what
// QEMU logs. With -icount, the time that passes for the machine does not depend on how slow that
// is; but several cores then take long turns.
func (g *guest) logTraps(ctx context.Context, cores int) (*traps, error) {
	t, err := newTraps(g)
	if err != nil {
		return nil, err
	}
	filter, err := t.filter(functions(cores)...)
	if err != nil {
		return nil, err
	}
	v, err := g.machine("traps", cores, "64MiB")
	if err != nil {
		return nil, err
	}
	log, write, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer log.Close()
	v.extra = append(singleStep(), "-d", "exec,nochain", "-dfilter", filter, "-D", v.give(write))
	if cores == 1 {
		v.extra = append(v.extra, "-icount", "shift=2,sleep=off")
	}
	command := v.command(ctx)
	var console strings.Builder
	command.Stdout, command.Stderr = &console, &console
	if err := command.Start(); err != nil {
		return nil, fmt.Errorf("bench: %w", err)
	}
	write.Close()
	err = t.read(log)
	err = errors.Join(err, v.end(command.Wait()))
	if err != nil {
		return nil, fmt.Errorf("%w; the machine said:\n%s", err, &console)
	}
	return t, nil
}

// singleStep returns the flag that makes each instruction a translated block of its own: newer
// versions of QEMU have it elsewhere.
func singleStep() []string {
	help, _ := exec.Command(qemuName, "-help").Output()
	if strings.Contains(string(help), "-singlestep") {
		return []string{"-singlestep"}
	}
	return []string{"-one-insn-per-tb"}
}
