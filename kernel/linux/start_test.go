package linux

import (
	"bytes"
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

// A program for which there is no memory is not begun.
func TestInitRefuses(t *testing.T) {
	for _, frames := range []uint64{0, 1, 5} {
		r := &rig{TB: t, arena: make([]byte, arenaEnd), p: new(Process), room: 1 << 20}
		r.reset()
		r.frames.Init(&r.memory, poolAt, poolAt+0x1000*phys.Addr(frames))
		if r.p.Init(&r.manifest.Program[0]) {
			t.Errorf("begun with %d frames", frames)
		}
	}
}
