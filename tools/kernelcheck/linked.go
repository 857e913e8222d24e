package main

import (
	"cmp"
	"debug/elf"
	"debug/gosym"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"skerry/kernel/layout"
	"skerry/tools/cpudriver"
)

// wantedFunctions are entered from outside, besides cpudriver.Entry, which the linker looks for.
var wantedFunctions = []string{"main.boundsEntry", "main.syscallEntry", vectorStubs}

// linkedDriver is the CPU driver as the linker left it.
type linkedDriver struct {
	file      *elf.File
	sections  []section
	symbols   []elf.Symbol
	functions []elf.Symbol // those of the symbols, by address
	byName    map[string]elf.Symbol
	lines     *gosym.Table
	findings  []finding
}

// section is a piece of memory that the file has the contents of.
type section struct {
	start uint64
	bytes []byte
}

// checkLinked builds the CPU driver and checks what came out.
func checkLinked() ([]finding, error) {
	folder, err := os.MkdirTemp("", "kernelcheck")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(folder)
	file := filepath.Join(folder, "driver.elf")
	if err := cpudriver.Build(file); err != nil {
		return nil, err
	}
	d, err := readDriver(file)
	if err != nil {
		return nil, fmt.Errorf("the CPU driver: %w", err)
	}
	d.checkSegments()
	d.checkFunctions()
	d.checkVectors()
	d.checkCode()
	return d.findings, nil
}

func readDriver(name string) (*linkedDriver, error) {
	file, err := elf.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	d := &linkedDriver{file: file, byName: map[string]elf.Symbol{}}
	for _, s := range file.Sections {
		if s.Flags&elf.SHF_ALLOC == 0 || s.Type == elf.SHT_NOBITS {
			continue
		}
		data, err := s.Data()
		if err != nil {
			return nil, err
		}
		d.sections = append(d.sections, section{s.Addr, data})
		if s.Name == ".gopclntab" {
			lines := gosym.NewLineTable(data, file.Section(".text").Addr)
			if d.lines, err = gosym.NewTable(nil, lines); err != nil {
				return nil, err
			}
		}
	}
	return d, d.readSymbols()
}

func (d *linkedDriver) readSymbols() (err error) {
	if d.symbols, err = d.file.Symbols(); err != nil {
		return err
	}
	for _, s := range d.symbols {
		d.byName[s.Name] = s
		if elf.ST_TYPE(s.Info) == elf.STT_FUNC && s.Size > 0 {
			d.functions = append(d.functions, s)
		}
	}
	slices.SortFunc(d.functions, func(a, b elf.Symbol) int { return cmp.Compare(a.Value, b.Value) })
	return nil
}

// refuse notes a finding: the first of several that want the same of one place.
func (d *linkedDriver) refuse(place, found, want string) {
	if !slices.ContainsFunc(d.findings, func(f finding) bool {
		return f.place == place && f.want == want
	}) {
		d.findings = append(d.findings, finding{place, found, want})
	}
}

// checkSegments holds what is loaded to the room that the memory map has for it.
func (d *linkedDriver) checkSegments() {
	for _, p := range d.file.Progs {
		end := p.Vaddr + p.Memsz
		if p.Type == elf.PT_LOAD && (p.Vaddr < layout.Driver || end > layout.DataEnd) {
			d.refuse(cpudriver.Folder, fmt.Sprintf("segment from %#x to %#x", p.Vaddr, end),
				fmt.Sprintf("it within %#x to %#x, the driver's block below its stacks",
					layout.Driver, layout.DataEnd))
		}
	}
}

// checkFunctions looks for what the image writer leads the processor to.
func (d *linkedDriver) checkFunctions() {
	for _, name := range wantedFunctions {
		if d.byName[name].Size == 0 {
			d.refuse(cpudriver.Folder, "no function "+name, name+" for the image writer")
		}
	}
}

// isOurs tells the driver's own functions, assembly included, from those of the runtime.
func (d *linkedDriver) isOurs(f elf.Symbol) bool {
	file, _, _ := d.lines.PCToLine(f.Value)
	return strings.HasPrefix(file, ownImports) || isOurName(f.Name)
}

func (d *linkedDriver) isAssembly(f elf.Symbol) bool {
	file, _, _ := d.lines.PCToLine(f.Value)
	return strings.HasSuffix(file, ".s")
}

func isOurName(name string) bool {
	return strings.HasPrefix(name, "main.") || strings.HasPrefix(name, ownImports)
}

// functionAt returns the function that holds an address.
func (d *linkedDriver) functionAt(at uint64) (f elf.Symbol, ok bool) {
	i, exact := slices.BinarySearchFunc(d.functions, at, func(f elf.Symbol, at uint64) int {
		return cmp.Compare(f.Value, at)
	})
	if !exact {
		i--
	}
	if i < 0 || at >= d.functions[i].Value+d.functions[i].Size {
		return elf.Symbol{}, false
	}
	return d.functions[i], true
}

// place returns FILE:LINE of an instruction of ours: where code of others was inlined, or none was
// written, that of the function, or its name.
func (d *linkedDriver) place(at uint64) string {
	f, _ := d.functionAt(at)
	for _, pc := range [...]uint64{at, f.Value} {
		if source := d.source(pc); strings.HasPrefix(source, ownImports) {
			return strings.TrimPrefix(source, ownImports)
		}
	}
	return f.Name
}

// source returns FILE:LINE of an instruction.
func (d *linkedDriver) source(at uint64) string {
	file, line, _ := d.lines.PCToLine(at)
	return fmt.Sprintf("%s:%d", file, line)
}

// bytes returns what the file has from an address to the end of its section: nothing for memory
// that starts as zeros.
func (d *linkedDriver) bytes(at uint64) []byte {
	for _, s := range d.sections {
		if s.start <= at && at < s.start+uint64(len(s.bytes)) {
			return s.bytes[at-s.start:]
		}
	}
	return nil
}
