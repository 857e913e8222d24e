package main

import (
	"bufio"
	"bytes"
	"cmp"
	"debug/elf"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"skerry/kernel/layout"
)

// code is the functions of an ELF file, ordered by address.
type code []function

type function struct {
	name       string
	start, end uint64
}

// readCode returns the functions of a file.
func readCode(path string) (code, error) {
	file, err := elf.Open(path)
	if err != nil {
		return nil, fmt.Errorf("bench: %w", err)
	}
	defer file.Close()
	symbols, err := file.Symbols()
	if err != nil {
		return nil, fmt.Errorf("bench: symbols of %s: %w", path, err)
	}
	var c code
	for _, s := range symbols {
		if elf.ST_TYPE(s.Info) == elf.STT_FUNC && s.Size > 0 {
			name := strings.TrimSuffix(s.Name, ".abi0")
			c = append(c, function{name, s.Value, s.Value + s.Size})
		}
	}
	slices.SortFunc(c, func(a, b function) int { return cmp.Compare(a.start, b.start) })
	return c, nil
}

// at returns the function at an address; one without a name if there is none.
func (c code) at(address uint64) function {
	i, found := slices.BinarySearchFunc(c, address, func(f function, a uint64) int {
		return cmp.Compare(f.start, a)
	})
	if !found {
		i--
	}
	if i < 0 || address >= c[i].end {
		return function{}
	}
	return c[i]
}

// named returns the function of a name.
func (c code) named(name string) (function, error) {
	i := slices.IndexFunc(c, func(f function) bool { return f.name == name })
	if i < 0 {
		return function{}, fmt.Errorf("bench: no function %s: want it in the ELF file", name)
	}
	return c[i], nil
}

// vectorBytes is how far apart the entries of the vectors are, the first of which is vector 0's.
const (
	vectorBytes = 16
	vectorNone  = -1     // of the entry by a system call
	halted      = "idle" // the driver's function that halts
	libOS       = "libOS"
)

// kind tells paths through the driver apart.
type kind struct {
	core   int
	vector int    // of the entry, or vectorNone
	from   string // the program's function before it, "" for one that is not logged; halted; libOS
	to     string // the program's function after it
}

// path is what was executed from an entry of the driver until the program goes on, or the driver is
// entered again: of the driver and the libOS, for each function in order of its first instruction,
// how many.
type path struct {
	total int
	steps []step
}

type step struct {
	name  string
	count int
}

// traps sorts the lines of QEMU's log into paths.
type traps struct {
	driver, libos, program code
	syscall                uint64 // the driver's entries
	vectors                function
	cores                  map[int]*coreState
	paths                  map[kind][]path
}

// coreState is what a core is about to do.
type coreState struct {
	last uint64 // address of the last instruction
	user string // the program's function that was seen since the last entry
	kind kind
	path path
	open bool
}

// newTraps reads the functions of the driver, the libOS and the program.
func newTraps(g *guest) (*traps, error) {
	t := &traps{cores: map[int]*coreState{}, paths: map[kind][]path{}}
	var err error
	if t.driver, err = readCode(g.driver); err != nil {
		return nil, err
	}
	if t.libos, err = readCode(g.libos); err != nil {
		return nil, err
	}
	if t.program, err = readCode(g.program); err != nil {
		return nil, err
	}
	entry, err := t.driver.named("main.syscallEntry")
	if err != nil {
		return nil, err
	}
	t.syscall = entry.start
	t.vectors, err = t.driver.named("main.vectors")
	return t, err
}

// filter returns the addresses that QEMU is to log: the driver, the libOS, and some functions of
// the program.
func (t *traps) filter(names ...string) (string, error) {
	ranges := fmt.Sprintf("%#x..%#x,%#x..%#x", layout.Driver, layout.DriverEnd-1, layout.Libos,
		layout.Areas-1)
	for _, name := range names {
		f, err := t.program.named(name)
		if err != nil {
			return "", err
		}
		ranges += fmt.Sprintf(",%#x..%#x", f.start, f.end-1)
	}
	return ranges, nil
}

// read takes in a log until it ends. With one instruction in each translated block, each executed
// instruction is a line:
//
//	Trace CORE: HOST-ADDRESS [CS-BASE/ADDRESS/FLAGS/FLAGS] SYMBOL
func (t *traps) read(log io.Reader) error {
	lines := bufio.NewScanner(log)
	for lines.Scan() {
		rest, ok := bytes.CutPrefix(lines.Bytes(), []byte("Trace "))
		if !ok {
			continue
		}
		number, rest, _ := bytes.Cut(rest, []byte(":"))
		_, rest, _ = bytes.Cut(rest, []byte("/"))
		digits, _, ok := bytes.Cut(rest, []byte("/"))
		core, err := strconv.Atoi(string(number))
		address, err2 := strconv.ParseUint(string(digits), 16, 64)
		if !ok || err != nil || err2 != nil {
			return fmt.Errorf("bench: line %q of QEMU's log: want Trace CORE: … [BASE/ADDRESS/…",
				lines.Text())
		}
		if t.cores[core] == nil {
			t.cores[core] = &coreState{}
		}
		t.executed(t.cores[core], core, address)
	}
	return lines.Err()
}

// executed takes in an instruction. One that repeats itself counts once.
func (t *traps) executed(c *coreState, core int, address uint64) {
	if address == c.last {
		return
	}
	before := c.last
	c.last = address
	if inLibos(address) {
		c.path.add(libOS + ": " + t.libos.at(address).name)
		return
	}
	if address >= layout.UserStart {
		c.user = t.program.at(address).name
		t.finish(c)
		return
	}
	if vector, enters := t.entry(address); enters {
		switch {
		case t.driver.at(before).name == halted:
			c.user = halted
		case inLibos(before):
			c.user = libOS
		}
		from := c.user
		c.user = ""
		t.finish(c)
		c.open, c.path = true, path{}
		c.kind = kind{core: core, vector: vector, from: from}
	}
	c.path.add(t.driver.at(address).name)
}

func inLibos(address uint64) bool { return address >= layout.Libos && address < layout.Areas }

// entry returns the vector of an entry at the address.
func (t *traps) entry(address uint64) (vector int, ok bool) {
	if address == t.syscall {
		return vectorNone, true
	}
	offset := address - t.vectors.start
	return int(offset / vectorBytes), offset < t.vectors.end-t.vectors.start &&
		offset%vectorBytes == 0
}

// finish ends a path at what comes after it.
func (t *traps) finish(c *coreState) {
	if !c.open {
		return
	}
	c.open = false
	c.kind.to = c.user
	t.paths[c.kind] = append(t.paths[c.kind], c.path)
}

func (p *path) add(name string) {
	p.total++
	for i := range p.steps {
		if p.steps[i].name == name {
			p.steps[i].count++
			return
		}
	}
	p.steps = append(p.steps, step{name, 1})
}
