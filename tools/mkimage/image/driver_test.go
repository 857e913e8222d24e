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

// Each trap of the runtime jumps to the driver's panic, and nothing else is changed.
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
	at := func(name string) uint64 {
		return 0x1000 + symbolBytes*uint64(slices.Index(fake.symbols, name))
	}
	for _, name := range fake.symbols {
		code := d.memory[at(name):][:symbolBytes]
		if !IsTrap(name) {
			if !bytes.Equal(code, make([]byte, symbolBytes)) {
				t.Errorf("%s: % x: want it as it was", name, code)
			}
			continue
		}
		to := at(name) + jumpBytes + uint64(int32(binary.LittleEndian.Uint32(code[1:])))
		if code[0] != 0xe9 || to != at(boundsFunction) {
			t.Errorf("%s: % x: want a jump to %s", name, code[:jumpBytes], boundsFunction)
		}
	}
}

// A driver that cannot work as the layout says is refused.
func TestDriverRefusals(t *testing.T) {
	without := func(name string) func(*fakeDriver) {
		return func(f *fakeDriver) {
			f.symbols = slices.DeleteFunc(f.symbols, func(s string) bool { return s == name })
		}
	}
	for _, c := range []struct {
		want  string
		spoil func(*fakeDriver)
	}{
		{"no function main.start: want it", without(startFunction)},
		{"no function main.boundsEntry: want it", without(boundsFunction)},
		{"no function main.syscallEntry: want it", without(syscallFunction)},
		{"no function main.vectors: want it", without(vectorsFunction)},
		{"no function runtime.gopanic: want it", without("runtime.gopanic")},
		{"entry 0x201010: want main.start, 0x201000", func(f *fakeDriver) {
			f.entry = syscallFunction
		}},
		{"want its end at or below 0x3f3000", func(f *fakeDriver) {
			f.segments[2].Memsz = layout.DataEnd - fakeData + 1
		}},
		{"to write and execute: want one of them", func(f *fakeDriver) {
			f.segments[2].Flags |= uint32(elf.PF_X)
		}},
		{"after the data: want none", func(f *fakeDriver) {
			f.segments = append(f.segments, elf.Prog64{Vaddr: fakeData + 0x6000})
		}},
		{"want it at a page, above", func(f *fakeDriver) { f.segments[1].Vaddr = fakeText }},
		{"want it at a page, above", func(f *fakeDriver) { f.segments[0].Vaddr -= 0x1000 }},
		{"want both", func(f *fakeDriver) { f.segments = f.segments[:2] }},
		{"data at 0x203000: want it at or above 0x210000", func(f *fakeDriver) {
			f.segments = slices.Delete(f.segments, 1, 2)
			f.segments[1].Vaddr = fakeText + 0x3000
		}},
	} {
		fake := newFakeDriver()
		c.spoil(fake)
		if _, err := readDriver(fake.file()); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v: want %s", err, c.want)
		}
	}
}
