package linux

import (
	"bytes"
	"strings"
	"testing"

	"skerry/kernel/layout"
	"skerry/kernel/phys"
)

// A program begins as Linux would begin it: at its entry, with its arguments, its environment and
// the auxiliary vector on an aligned stack.
func TestStart(t *testing.T) {
	r := newRig(t)
	f := &r.p.Threads.Current().Frame
	if f.IP != text || f.SP%16 != 0 || f.Flags != 0x202 {
		t.Fatalf("begins with %+v", *f)
	}
	at := f.SP
	next := func() uint64 { at += 8; return r.word(at - 8) }
	text := func(at uint64) string {
		s, _, _ := strings.Cut(string(r.get(at, int(min(16, layout.StackTop-at)))), "\x00")
		return s
	}
	if n := next(); n != 2 {
		t.Errorf("%d arguments: want 2", n)
	}
	for _, want := range []string{"prog", "-x", "", "A=1", ""} {
		if p := next(); want == "" && p != 0 || want != "" && text(p) != want {
			t.Errorf("string at %#x: want %q", p, want)
		}
	}
	aux := map[uint64]uint64{}
	for key := next(); key != 0; key = next() {
		aux[key] = next()
	}
	for key, want := range map[uint64]uint64{3: 0, 4: 56, 5: 2, 6: 4096, 9: entry, 11: 0,
		16: 0x1234, 17: 100, 23: 0, 33: layout.VDSO} {
		if got, ok := aux[key]; !ok || got != want {
			t.Errorf("auxiliary vector: %d is %#x: want %#x", key, got, want)
		}
	}
	if name := text(aux[31]); name != "prog" {
		t.Errorf("name %q: want prog", name)
	}
	if !bytes.Equal(r.get(aux[25], 16), bytes.Repeat([]byte{0xa5}, 16)) {
		t.Error("no randomness where the auxiliary vector says")
	}
	if code, data := r.get(entry, 4), r.get(entry+0x1000, 4); code[0] != 1 || data[0] != 0x21 {
		t.Errorf("code % x, data % x: want the file's", code, data)
	}
	if err := r.invariants(); err != nil {
		t.Error(err)
	}
}

const entry = text

// What cannot be started is refused with a reason.
func TestInitRefuses(t *testing.T) {
	long := strings.Repeat("x", argumentsMax) + "\x00"
	for _, c := range []struct {
		name     string
		elf      []byte
		args     string
		argCount uint64
		frames   uint64 // 0: many
		want     string
	}{
		{"valid", program(), "p\x00", 1, 0, ""},
		{"missing", nil, "p\x00", 1, 0, "empty file"},
		{"truncated", program()[:0x2fff], "p\x00", 1, 0, "truncated"},
		{"text", []byte(strings.Repeat("#!/bin/sh\n", 10)), "p\x00", 1, 0, "no ELF file"},
		{"long arguments", program(), long, 1, 0, "arguments"},
		{"too few arguments", program(), "p\x00", 2, 0, "arguments"},
		{"too many arguments", program(), "p\x00q\x00", 1, 0, "arguments"},
		{"open argument", program(), "p\x00q", 1, 0, "arguments"},
		{"count of arguments", program(), "p\x00", 1 << 62, 0, "arguments"},
		{"no frame", program(), "p\x00", 1, 1, "no memory"},
		{"few frames", program(), "p\x00", 1, 4, "no memory"},
	} {
		r := &rig{TB: t, arena: make([]byte, arenaEnd), p: new(Process)}
		r.reset(c.elf, "", 0, "", 0)
		copy(r.arena[arenaEnd-len(c.args):], c.args)
		p := &r.manifest.Program[0]
		p.ArgsBytes, p.ArgCount = uint64(len(c.args)), c.argCount
		p.Args = arenaEnd - p.ArgsBytes
		if c.frames != 0 {
			r.frames.Init(&r.memory, poolAt, poolAt+0x1000*phys.Addr(c.frames))
		}
		if got := r.p.Init(p, 0); !strings.Contains(got, c.want) || (got == "") != (c.want == "") {
			t.Errorf("%s: %q: want %q", c.name, got, c.want)
		}
	}
}
