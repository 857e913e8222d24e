package image

import (
	"debug/elf"
	"testing"

	"skerry/kernel/layout"
	"skerry/tools/mkimage/rights"
)

// fakeDriver is a CPU driver of no code, to make images of. Tests spoil it.
type fakeDriver struct {
	segments []elf.Prog64
	symbols  []string // in the text, symbolBytes each
	entry    string
}

const (
	fakeText      = layout.Driver
	fakeConstants = layout.Driver + 0x2_0000
	fakeData      = layout.Driver + 0x3_0000
	symbolBytes   = 16
)

func newFakeDriver() *fakeDriver {
	return &fakeDriver{
		entry: startFunction,
		symbols: append([]string{startFunction, syscallFunction, boundsFunction, vectorsFunction},
			trapsWanted[:]...),
		segments: []elf.Prog64{
			{Flags: uint32(elf.PF_R | elf.PF_X), Vaddr: fakeText, Filesz: 0x2345, Memsz: 0x2345},
			{Flags: uint32(elf.PF_R), Vaddr: fakeConstants, Filesz: 0x1234, Memsz: 0x1234},
			{Flags: uint32(elf.PF_R | elf.PF_W), Vaddr: fakeData, Filesz: 0x1100, Memsz: 0x5678},
		},
	}
}

// file returns it as an ELF file: headers, segments, symbols, strings, sections.
func (f *fakeDriver) file() []byte {
	r := &record{bytes: make([]byte, elfHeaderBytes+len(f.segments)*elfProgramBytes)}
	for i := range f.segments {
		s := &f.segments[i]
		s.Type, s.Align = uint32(elf.PT_LOAD), layout.PageBytes
		r.bytes = padded(r.bytes, layout.PageBytes)
		s.Off = r.add(make([]byte, s.Filesz))
	}
	names, symbols := []byte{0}, []elf.Sym64{{}}
	var entry uint64
	for i, name := range f.symbols {
		at := uint64(fakeText + 0x1000 + i*symbolBytes)
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
