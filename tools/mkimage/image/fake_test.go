package image

import (
	"debug/elf"
	"slices"
	"testing"

	"skerry/kernel/layout"
	"skerry/tools/mkimage/rights"
)

// fakeFreestanding is a CPU driver or a libOS of no code, to make images of. Tests spoil it.
type fakeFreestanding struct {
	text     uint64
	segments []elf.Prog64
	symbols  []string // in the text, symbolBytes each
	entry    string
}

// Where segments are, and the symbols, after the text's start.
const (
	fakeConstants = 0x2_0000
	fakeData      = 0x3_0000
	fakeSymbols   = 0x1000
	symbolBytes   = 16
)

func newFakeDriver() *fakeFreestanding {
	return newFake(layout.Driver, startFunction, syscallFunction, vectorsFunction)
}

func newFakeLibOS() *fakeFreestanding {
	return newFake(layout.Libos, callFunction, upcallFunction, faultFunction, tailFunction,
		tailEndFunction)
}

// newFake returns one with functions, the first of which is its entry.
func newFake(at uint64, functions ...string) *fakeFreestanding {
	return &fakeFreestanding{
		text: at, entry: functions[0],
		symbols: slices.Concat(functions, []string{boundsFunction}, trapsWanted[:]),
		segments: []elf.Prog64{
			{Flags: uint32(elf.PF_R | elf.PF_X), Vaddr: at, Filesz: 0x2345, Memsz: 0x2345},
			{Flags: uint32(elf.PF_R), Vaddr: at + fakeConstants, Filesz: 0x1234, Memsz: 0x1234},
			{Flags: uint32(elf.PF_R | elf.PF_W), Vaddr: at + fakeData, Filesz: 0x1100,
				Memsz: 0x5678},
		},
	}
}

// at returns where a function is.
func (f *fakeFreestanding) at(name string) uint64 {
	return f.text + fakeSymbols + symbolBytes*uint64(slices.Index(f.symbols, name))
}

// file returns it as an ELF file: headers, segments, symbols, strings, sections.
func (f *fakeFreestanding) file() []byte {
	r := &record{bytes: make([]byte, elfHeaderBytes+len(f.segments)*elfProgramBytes)}
	for i := range f.segments {
		s := &f.segments[i]
		s.Type, s.Align = uint32(elf.PT_LOAD), layout.PageBytes
		r.bytes = padded(r.bytes, layout.PageBytes)
		s.Off = r.add(make([]byte, s.Filesz))
	}
	names, symbols := []byte{0}, []elf.Sym64{{}}
	var entry uint64
	for _, name := range f.symbols {
		at := f.at(name)
		if name == f.entry {
			entry = at
		}
		symbols = append(symbols, elf.Sym64{
			Name: uint32(len(names)), Info: elf.ST_INFO(elf.STB_GLOBAL, elf.STT_FUNC), Shndx: 1,
			Value: at, Size: symbolBytes,
		})
		names = append(names, name+"\x00"...)
	}
	sections := []elf.Section64{{}, {
		Type: uint32(elf.SHT_SYMTAB), Off: r.add(symbols), Link: 2,
		Size: uint64(elf.Sym64Size * len(symbols)), Entsize: elf.Sym64Size,
	}, {Type: uint32(elf.SHT_STRTAB), Off: r.add(names), Size: uint64(len(names))}}
	h := elfHeader(elf.ET_EXEC, entry, len(f.segments))
	h.Shoff, h.Shnum, h.Shentsize, h.Shstrndx = r.add(sections), uint16(len(sections)), 64, 2
	front := &record{}
	front.add(h)
	front.add(f.segments)
	copy(r.bytes, front.bytes)
	return r.bytes
}

// fakeProgram returns a static program with something after what is loaded.
func fakeProgram() []byte {
	const text, data = layout.UserStart, layout.UserStart + 0x2000
	r := &record{}
	h := elfHeader(elf.ET_EXEC, text+0x800, 2)
	h.Shoff, h.Shnum = 0x3000, 1
	r.add(h)
	r.add([]elf.Prog64{{
		Type: uint32(elf.PT_LOAD), Flags: uint32(elf.PF_R | elf.PF_X), Vaddr: text,
		Filesz: 0x1800, Memsz: 0x1800, Align: layout.PageBytes,
	}, {
		Type: uint32(elf.PT_LOAD), Flags: uint32(elf.PF_R | elf.PF_W), Off: 0x2000, Vaddr: data,
		Filesz: 0x10, Memsz: 0x3000, Align: layout.PageBytes,
	}})
	r.bytes = padded(r.bytes, 0x2000)
	r.bytes = append(r.bytes, "data of program."...)
	r.bytes = padded(r.bytes, layout.PageBytes)
	r.bytes = append(r.bytes, "debug information"...)
	return r.bytes
}

// fakeConfig returns what makes an image of so many cores.
func fakeConfig(cores int, bytes uint64) Config {
	c := Config{
		Driver: newFakeDriver().file(),
		LibOS:  newFakeLibOS().file(),
		Programs: []Program{
			{"one", fakeProgram(), []string{"one", "-n", ""}, []string{"A=1", "B=2"}},
			{"two", fakeProgram(), []string{"two"}, nil},
		},
		Files: []File{{"/etc/hello", []byte("hello, core"), 0o644}},
	}
	for i := range cores {
		c.Cores = append(c.Cores, Core{
			Bytes: bytes, Program: i % 2, Shares: rights.All, Controls: rights.All,
		})
	}
	return c
}

func mustBuild(t *testing.T, c Config) *Image {
	t.Helper()
	made, err := Build(c)
	if err != nil {
		t.Fatal(err)
	}
	return made
}
