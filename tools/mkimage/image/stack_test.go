package image

import (
	"encoding/binary"
	"strings"
	"testing"

	"skerry/kernel/layout"
	"skerry/tools/mkimage/elf"
)

// A program finds its arguments, its environment and the auxiliary vector on an aligned stack, as
// Linux has them.
func TestStack(t *testing.T) {
	parsed := elf.Program{Entry: 0x40_1000, Headers: 0x40_0040, HeaderCount: 2}
	for _, p := range []Program{
		{Args: []string{"prog", "-x", ""}, Env: []string{"A=1"}},
		{Args: []string{"prog"}, Env: []string{"A=1", "B=22"}},
		{Args: []string{"prog"}},
	} {
		b := stack(&p, &parsed)
		base := layout.StackTop - uint64(len(b))
		if base%16 != 0 {
			t.Errorf("the stack begins at %#x: want a multiple of 16", base)
		}
		at := 0
		next := func() uint64 { at += 8; return binary.LittleEndian.Uint64(b[at-8:]) }
		text := func(at uint64) string {
			s, _, _ := strings.Cut(string(b[at-base:]), "\x00")
			return s
		}
		if n := next(); n != uint64(len(p.Args)) {
			t.Errorf("%d arguments: want %d", n, len(p.Args))
		}
		for _, list := range [][]string{p.Args, p.Env} {
			for _, want := range list {
				if got := text(next()); got != want {
					t.Errorf("string %q: want %q", got, want)
				}
			}
			if end := next(); end != 0 {
				t.Errorf("a list goes on with %#x", end)
			}
		}
		aux := map[uint64]uint64{}
		for key := next(); key != 0; key = next() {
			aux[key] = next()
		}
		for key, want := range map[uint64]uint64{3: 0x40_0040, 4: 56, 5: 2, 6: 4096, 9: 0x40_1000,
			11: 0, 17: 100, 23: 0, 25: layout.StackTop - 16, 33: layout.VDSO} {
			if got, ok := aux[key]; !ok || got != want {
				t.Errorf("auxiliary vector: %d is %#x: want %#x", key, got, want)
			}
		}
		if name := text(aux[31]); name != "prog" {
			t.Errorf("name %q: want prog", name)
		}
	}
}
