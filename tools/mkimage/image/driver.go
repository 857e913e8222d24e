package image

import (
	"bytes"
	"debug/elf"
	"fmt"
	"slices"
	"strings"

	"skerry/kernel/layout"
)

// The driver's functions that the image leads to.
const (
	startFunction   = "main.start"
	boundsFunction  = "main.boundsEntry"
	syscallFunction = "main.syscallEntry"
	vectorsFunction = "main.vectors"
)

// trapsWanted are functions of Go's runtime that compiled code calls when something is wrong or
// needs the runtime. In the driver the runtime is dead: they must be there, to be led to
// boundsFunction.
var trapsWanted = [...]string{
	"runtime.panicBounds", "runtime.panicdivide", "runtime.panicshift", "runtime.gopanic",
	"runtime.throw", "runtime.mallocgc", "runtime.newobject", "runtime.growslice",
	"runtime.morestack", "runtime.morestack_noctxt", "runtime.newstack", "runtime.gcWriteBarrier1",
}

// trapFamilies are beginnings of the names of all such functions.
var trapFamilies = [...]string{
	"runtime.panic", "runtime.goPanic", "runtime.gopanic", "runtime.throw", "runtime.fatal",
	"runtime.mallocgc", "runtime.newobject", "runtime.growslice", "runtime.makeslice",
	"runtime.morestack", "runtime.newstack", "runtime.gcWriteBarrier", "runtime.sigpanic",
}

// IsTrap tells whether a function of the runtime is led to the driver's panic in an image.
func IsTrap(symbol string) bool {
	return slices.ContainsFunc(trapFamilies[:], func(family string) bool {
		return strings.HasPrefix(symbol, family)
	})
}

// driver is the CPU driver as linked, its traps patched.
type driver struct {
	memory       []byte // from layout.Driver on
	start        uint64
	syscallEntry uint64
	vectors      uint64
	text, data   span // pages
	constants    []span
	dataFile     uint64
	dataEnd      uint64
	patched      int
}

// wordBytes is what start copies and clears at once.
const wordBytes = 8

// span is a range of addresses.
type span struct{ start, end uint64 }

func (s span) holds(address uint64) bool { return s.start <= address && address < s.end }

// readDriver decodes the driver's ELF file.
func readDriver(file []byte) (*driver, error) {
	f, err := elf.NewFile(bytes.NewReader(file))
	if err != nil {
		return nil, fmt.Errorf("image: CPU driver: %w: want an ELF file", err)
	}
	d := &driver{}
	for _, p := range f.Progs {
		if p.Type != elf.PT_LOAD {
			continue
		}
		if err := d.load(p); err != nil {
			return nil, err
		}
	}
	if d.text.end == 0 || d.data.end == 0 || d.data.end < d.dataEnd {
		return nil, fmt.Errorf("image: CPU driver: text %#x, data %#x: want both", d.text, d.data)
	}
	if d.data.start < layout.Driver+layout.TablesMaxBytes {
		return nil, fmt.Errorf("image: CPU driver: data at %#x: want it at or above %#x, "+
			"above the page tables", d.data.start, layout.Driver+layout.TablesMaxBytes)
	}
	return d, d.link(f)
}

// load takes a segment. They come in the order of their addresses, data last.
func (d *driver) load(p *elf.Prog) error {
	end := p.Vaddr + p.Memsz
	pages := span{p.Vaddr, roundUp(end, layout.PageBytes)}
	switch {
	case p.Vaddr < layout.Driver+uint64(len(d.memory)) || p.Vaddr%layout.PageBytes != 0 ||
		end < p.Vaddr || p.Filesz > p.Memsz:
		return fmt.Errorf("image: CPU driver: segment %#x to %#x: want it at a page, above %#x",
			p.Vaddr, end, layout.Driver+len(d.memory))
	case end > layout.DataEnd:
		return fmt.Errorf("image: CPU driver: segment %#x to %#x: want its end at or below %#x",
			p.Vaddr, end, layout.DataEnd)
	case d.data.end != 0:
		return fmt.Errorf("image: CPU driver: segment %#x to %#x after the data: want none",
			p.Vaddr, end)
	}
	switch p.Flags & (elf.PF_W | elf.PF_X) {
	case elf.PF_X:
		d.text = pages // the one
	case elf.PF_W:
		d.data = pages
		d.dataFile, d.dataEnd = roundUp(p.Vaddr+p.Filesz, wordBytes), roundUp(end, wordBytes)
	case 0:
		d.constants = append(d.constants, pages)
	case elf.PF_W | elf.PF_X:
		return fmt.Errorf("image: CPU driver: segment %#x to %#x to write and execute: "+
			"want one of them", p.Vaddr, end)
	}
	memory := make([]byte, roundUp(p.Vaddr-layout.Driver+p.Filesz, wordBytes))
	copy(memory, d.memory)
	d.memory = memory
	file := memory[p.Vaddr-layout.Driver:][:p.Filesz]
	if _, err := p.ReadAt(file, 0); err != nil {
		return fmt.Errorf("image: CPU driver: segment at %#x: %w", p.Vaddr, err)
	}
	return nil
}

// link finds the functions that the image leads to, and leads the runtime's traps to one of them.
func (d *driver) link(f *elf.File) error {
	symbols, err := f.Symbols()
	if err != nil {
		return fmt.Errorf("image: CPU driver: %w: want it not stripped", err)
	}
	functions := addresses(symbols)
	wanted := [...]string{startFunction, boundsFunction, syscallFunction, vectorsFunction}
	for _, name := range slices.Concat(wanted[:], trapsWanted[:]) {
		if !d.text.holds(functions[name]) {
			return fmt.Errorf("image: CPU driver: no function %s: want it", name)
		}
	}
	d.start, d.syscallEntry = functions[startFunction], functions[syscallFunction]
	d.vectors = functions[vectorsFunction]
	if f.Entry != d.start {
		return fmt.Errorf("image: CPU driver: entry %#x: want %s, %#x", f.Entry, startFunction,
			d.start)
	}
	for _, s := range symbols {
		if elf.ST_TYPE(s.Info) == elf.STT_FUNC && IsTrap(s.Name) {
			if err := d.patch(s, functions[boundsFunction]); err != nil {
				return err
			}
		}
	}
	return nil
}

// addresses returns where functions are. Of an assembly function that Go code may call, it is the
// function itself, not the wrapper that the compiler makes.
func addresses(symbols []elf.Symbol) map[string]uint64 {
	functions := map[string]uint64{}
	for _, s := range symbols {
		name, assembly := strings.CutSuffix(s.Name, ".abi0")
		_, known := functions[name]
		if elf.ST_TYPE(s.Info) == elf.STT_FUNC && (assembly || !known) {
			functions[name] = s.Value
		}
	}
	return functions
}

// patch makes a function jump elsewhere at once.
func (d *driver) patch(function elf.Symbol, to uint64) error {
	if !d.text.holds(function.Value) || function.Size < jumpBytes {
		return fmt.Errorf("image: CPU driver: %s at %#x, %d bytes: want at least %d in the text",
			function.Name, function.Value, function.Size, jumpBytes)
	}
	c := &code{start: function.Value}
	c.jump(to)
	copy(d.memory[function.Value-layout.Driver:], c.bytes)
	d.patched++
	return nil
}
