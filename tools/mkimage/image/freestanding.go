package image

import (
	"bytes"
	"debug/elf"
	"fmt"
	"slices"
	"strings"

	"skerry/kernel/layout"
	"skerry/kernel/manifest"
	programs "skerry/tools/mkimage/elf"
)

// boundsFunction is where a freestanding program goes when a check of Go's fails in it.
const boundsFunction = "main.boundsEntry"

// trapsWanted are functions of Go's runtime that compiled code calls when something is wrong or
// needs the runtime. In a freestanding program the runtime is dead: they must be there, to be led
// to boundsFunction.
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

// IsTrap tells whether a function of the runtime is led to boundsFunction in an image.
func IsTrap(symbol string) bool {
	return slices.ContainsFunc(trapFamilies[:], func(family string) bool {
		return strings.HasPrefix(symbol, family)
	})
}

// freestanding is the CPU driver or the libOS as linked, its traps patched.
type freestanding struct {
	name     string             // for error messages
	room     span               // of virtual addresses that it may have
	memory   []byte             // from the start of its room on
	segments []manifest.Segment // of it; the sources are offsets in memory
	text     span               // pages
	data     span
	dataFile uint64 // up to here there are values; zeros follow
	dataEnd  uint64
	function map[string]uint64
	patched  int
}

// wordBytes is what the driver's start copies and clears at once.
const wordBytes = 8

// span is a range of addresses.
type span struct{ start, end uint64 }

func (s span) holds(address uint64) bool { return s.start <= address && address < s.end }

// read decodes the ELF file of a program that names what to go into, the first of wanted as its
// entry.
func (p *freestanding) read(file []byte, wanted []string) error {
	f, err := elf.NewFile(bytes.NewReader(file))
	if err != nil {
		return p.refuse("%w: want an ELF file", err)
	}
	for _, segment := range f.Progs {
		if segment.Type != elf.PT_LOAD {
			continue
		}
		if err := p.load(segment); err != nil {
			return err
		}
	}
	if p.text.end == 0 || p.data.end == 0 || p.data.end < p.dataEnd {
		return p.refuse("text %#x, data %#x: want both", p.text, p.data)
	}
	return p.link(f, wanted)
}

// refuse returns an error about the program.
func (p *freestanding) refuse(format string, values ...any) error {
	return fmt.Errorf("image: "+p.name+": "+format, values...)
}

// load takes a segment. They come in the order of their addresses, data last.
func (p *freestanding) load(s *elf.Prog) error {
	end := s.Vaddr + s.Memsz
	pages := span{s.Vaddr, roundUp(end, layout.PageBytes)}
	next := p.room.start + uint64(len(p.memory))
	switch {
	case s.Vaddr < next || s.Vaddr%layout.PageBytes != 0 || end < s.Vaddr || s.Filesz > s.Memsz:
		return p.refuse("segment %#x to %#x: want it at a page, above %#x", s.Vaddr, end, next)
	case end > p.room.end:
		return p.refuse("segment %#x to %#x: want its end at or below %#x", s.Vaddr, end,
			p.room.end)
	case p.data.end != 0:
		return p.refuse("segment %#x to %#x after the data: want none", s.Vaddr, end)
	}
	offset := s.Vaddr - p.room.start
	loaded := manifest.Segment{Start: pages.start, End: pages.end, Source: offset,
		FileBytes: pages.end - pages.start, Prot: programs.Read}
	switch s.Flags & (elf.PF_W | elf.PF_X) {
	case elf.PF_X:
		p.text = pages // the one
		loaded.Prot |= programs.Execute
	case elf.PF_W:
		p.data = pages
		p.dataFile, p.dataEnd = roundUp(s.Vaddr+s.Filesz, wordBytes), roundUp(end, wordBytes)
		loaded.FileBytes = p.dataFile - s.Vaddr
		loaded.Prot |= programs.Write
	case elf.PF_W | elf.PF_X:
		return p.refuse("segment %#x to %#x to write and execute: want one of them", s.Vaddr, end)
	}
	p.segments = append(p.segments, loaded)
	memory := make([]byte, roundUp(offset+s.Filesz, wordBytes))
	copy(memory, p.memory)
	p.memory = memory
	if _, err := s.ReadAt(memory[offset:][:s.Filesz], 0); err != nil {
		return p.refuse("segment at %#x: %w", s.Vaddr, err)
	}
	return nil
}

// link finds the functions that the image leads to, and leads the runtime's traps to one of them.
func (p *freestanding) link(f *elf.File, wanted []string) error {
	symbols, err := f.Symbols()
	if err != nil {
		return p.refuse("%w: want it not stripped", err)
	}
	p.function = addresses(symbols)
	for _, name := range slices.Concat(wanted, []string{boundsFunction}, trapsWanted[:]) {
		if !p.text.holds(p.function[name]) {
			return p.refuse("no function %s: want it", name)
		}
	}
	if entry := p.function[wanted[0]]; f.Entry != entry {
		return p.refuse("entry %#x: want %s, %#x", f.Entry, wanted[0], entry)
	}
	for _, s := range symbols {
		if elf.ST_TYPE(s.Info) == elf.STT_FUNC && IsTrap(s.Name) {
			if err := p.patch(s, p.function[boundsFunction]); err != nil {
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
func (p *freestanding) patch(function elf.Symbol, to uint64) error {
	if !p.text.holds(function.Value) || function.Size < jumpBytes {
		return p.refuse("%s at %#x, %d bytes: want at least %d in the text", function.Name,
			function.Value, function.Size, jumpBytes)
	}
	c := &code{start: function.Value}
	c.jump(to)
	copy(p.memory[function.Value-p.room.start:], c.bytes)
	p.patched++
	return nil
}
