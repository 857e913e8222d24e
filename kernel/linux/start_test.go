package linux

import (
	"bytes"
	"strings"
	"testing"

	"skerry/kernel/layout"
	"skerry/kernel/phys"
)

// A program begins at its entry, with the image's bytes on its stack and random ones behind them.
func TestStart(t *testing.T) {
	r := newRig(t)
	f := &r.p.Threads.Current().Frame
	if f.IP != entryAt || f.SP != layout.StackTop-32 || f.Flags != 0x202 {
		t.Fatalf("begins with %+v", *f)
	}
	if stack := r.get(f.SP, 32); string(stack[:16]) != "stack, 16 bytes." ||
		!bytes.Equal(stack[16:], bytes.Repeat([]byte{0xa5}, 16)) {
		t.Errorf("on the stack: %q", stack)
	}
	if code, data := r.get(entryAt, 4), r.get(entryAt+0x1000, 4); code[0] != 1 || data[0] != 0x21 {
		t.Errorf("code % x, data % x: want the file's", code, data)
	}
	if err := r.invariants(); err != nil {
		t.Error(err)
	}
}

const entryAt = text

// What cannot be started is refused with a reason.
func TestInitRefuses(t *testing.T) {
	for _, c := range []struct {
		name   string
		elf    []byte
		frames uint64 // 0: many
		want   string
	}{
		{"valid", program(), 0, ""},
		{"missing", nil, 0, "empty file"},
		{"truncated", program()[:0x2fff], 0, "truncated"},
		{"text", []byte(strings.Repeat("#!/bin/sh\n", 10)), 0, "no ELF file"},
		{"no frame", program(), 1, "no memory"},
	} {
		r := &rig{TB: t, arena: make([]byte, arenaEnd), p: new(Process), room: 1 << 20}
		r.reset(c.elf)
		if c.frames != 0 {
			r.frames.Init(&r.memory, poolAt, poolAt+0x1000*phys.Addr(c.frames))
		}
		got := r.p.Init(&r.manifest.Program[0])
		if !strings.Contains(got, c.want) || (got == "") != (c.want == "") {
			t.Errorf("%s: %q: want %q", c.name, got, c.want)
		}
	}
}
