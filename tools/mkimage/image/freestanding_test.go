package image

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"slices"
	"strings"
	"testing"

	"skerry/kernel/layout"
)

// Each trap of the runtime jumps to the program's own entry for them, and nothing else is changed.
func TestPatch(t *testing.T) {
	fake := newFakeDriver()
	fake.symbols = append(fake.symbols, "runtime.panicIndex", "runtime.gcWriteBarrier8",
		"runtime.memmove")
	d, err := readDriver(fake.file())
	if err != nil {
		t.Fatal(err)
	}
	if want := len(trapsWanted) + 2; d.patched != want {
		t.Errorf("%d functions patched: want %d", d.patched, want)
	}
	for _, name := range fake.symbols {
		code := d.memory[fake.at(name)-fake.text:][:symbolBytes]
		if !IsTrap(name) {
			if !bytes.Equal(code, make([]byte, symbolBytes)) {
				t.Errorf("%s: % x: want it as it was", name, code)
			}
			continue
		}
		to := fake.at(name) + jumpBytes + uint64(int32(binary.LittleEndian.Uint32(code[1:])))
		if code[0] != 0xe9 || to != fake.at(boundsFunction) {
			t.Errorf("%s: % x: want a jump to %s", name, code[:jumpBytes], boundsFunction)
		}
	}
}

// A driver that cannot work as the layout says is refused.
func TestDriverRefusals(t *testing.T) {
	for _, c := range []struct {
		want  string
		spoil func(*fakeFreestanding)
	}{
		{"no function main.start: want it", without(startFunction)},
		{"no function main.boundsEntry: want it", without(boundsFunction)},
		{"no function main.syscallEntry: want it", without(syscallFunction)},
		{"no function main.vectors: want it", without(vectorsFunction)},
		{"no function runtime.gopanic: want it", without("runtime.gopanic")},
		{"entry 0x201010: want main.start, 0x201000", func(f *fakeFreestanding) {
			f.entry = syscallFunction
		}},
		{"want its end at or below 0x3f3000", func(f *fakeFreestanding) {
			f.segments[2].Memsz = layout.DataEnd - layout.Driver - fakeData + 1
		}},
		{"to write and execute: want one of them", func(f *fakeFreestanding) {
			f.segments[2].Flags |= uint32(elf.PF_X)
		}},
		{"after the data: want none", func(f *fakeFreestanding) {
			f.segments = append(f.segments, elf.Prog64{Vaddr: layout.Driver + 0x3_6000})
		}},
		{"want it at a page, above", func(f *fakeFreestanding) { f.segments[1].Vaddr = f.text }},
		{"want it at a page, above", func(f *fakeFreestanding) { f.segments[0].Vaddr -= 0x1000 }},
		{"want both", func(f *fakeFreestanding) { f.segments = f.segments[:2] }},
		{"data at 0x203000: want it at or above 0x210000", func(f *fakeFreestanding) {
			f.segments = slices.Delete(f.segments, 1, 2)
			f.segments[1].Vaddr = f.text + 0x3000
		}},
	} {
		fake := newFakeDriver()
		c.spoil(fake)
		if _, err := readDriver(fake.file()); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v: want %s", err, c.want)
		}
	}
}

// A libOS that the driver could not send threads to is refused.
func TestLibOSRefusals(t *testing.T) {
	for _, c := range []struct {
		want  string
		spoil func(*fakeFreestanding)
	}{
		{"no function main.callEntry: want it", without(callFunction)},
		{"no function main.upcallEntry: want it", without(upcallFunction)},
		{"no function main.faultEntry: want it", without(faultFunction)},
		{"no function main.tail: want it", without(tailFunction)},
		{"no function main.tailEnd: want it", without(tailEndFunction)},
		{"no function main.boundsEntry: want it", without(boundsFunction)},
		{"no function runtime.growslice: want it", without("runtime.growslice")},
		{"entry 0x7d0000001010: want main.callEntry, 0x7d0000001000", func(f *fakeFreestanding) {
			f.entry = upcallFunction
		}},
		{"main.tail at 0x7d0000001040, main.tailEnd at 0x7d0000001030: want it above",
			func(f *fakeFreestanding) {
				f.symbols[3], f.symbols[4] = tailEndFunction, tailFunction
			}},
		{"want its end at or below 0x7d0000400000", func(f *fakeFreestanding) {
			f.segments[2].Memsz = libosMax - fakeData + 1
		}},
		{"want it at a page, above 0x7d0000000000", func(f *fakeFreestanding) {
			f.segments[0].Vaddr = layout.UserStart
		}},
		{"to write and execute: want one of them", func(f *fakeFreestanding) {
			f.segments[0].Flags |= uint32(elf.PF_W)
		}},
		{"4 segments: want 3 at most", func(f *fakeFreestanding) {
			more := elf.Prog64{Flags: uint32(elf.PF_R), Vaddr: f.text + fakeData - 0x1000,
				Filesz: 1, Memsz: 1}
			f.segments = slices.Insert(f.segments, 2, more)
		}},
		{"want both", func(f *fakeFreestanding) { f.segments = f.segments[:2] }},
	} {
		fake := newFakeLibOS()
		c.spoil(fake)
		_, err := readLibOS(fake.file())
		if err == nil || !strings.HasPrefix(err.Error(), "image: libOS: ") ||
			!strings.Contains(err.Error(), c.want) {
			t.Errorf("%v: want %s", err, c.want)
		}
	}
}

// without spoils a program: it lacks a function.
func without(name string) func(*fakeFreestanding) {
	return func(f *fakeFreestanding) {
		f.symbols = slices.DeleteFunc(f.symbols, func(s string) bool { return s == name })
	}
}
