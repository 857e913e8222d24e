package process

import (
	"testing"

	"skerry/kernel/layout"
	"skerry/kernel/phys"
)

// A program begins at its entry, with the image's bytes on its stack and random ones behind them.
func TestStart(t *testing.T) {
	r := newRig(t)
	f := &r.p.Threads.Current().Frame
	if f.IP != text || f.SP != layout.StackTop-32 || f.Flags != 0x202 {
		t.Fatalf("begins with %+v", *f)
	}
	stack := r.get(f.SP, 16)
	if string(stack) != "stack, 16 bytes." || r.word(layout.RandomAt) != random0 ||
		r.word(layout.RandomAt+8) != random1 {
		t.Errorf("on the stack: %q, then %#x %#x", stack, r.word(layout.RandomAt),
			r.word(layout.RandomAt+8))
	}
	if code, data := r.get(text, 4), r.get(text+0x1000, 4); code[0] != 1 || data[0] != 0x21 {
		t.Errorf("code % x, data % x: want the file's", code, data)
	}
	if err := r.invariants(); err != nil {
		t.Error(err)
	}
}

// A program for which there is no memory is not begun.
func TestInitRefuses(t *testing.T) {
	for _, frames := range []uint64{0, 1, 2, 4} {
		r := &rig{TB: t, arena: make([]byte, arenaEnd), p: new(Process)}
		r.reset()
		r.frames.Init(&r.memory, poolAt, poolAt+0x1000*phys.Addr(frames))
		if r.p.Init(&r.program, [2]uint64{}) {
			t.Errorf("begun with %d frames", frames)
		}
	}
}

// A file in /tmp takes the page that is written, and tables.
func TestTemporaryTakesPageByPage(t *testing.T) {
	r := newRig(t)
	used := r.p.Space.Used()
	for room := range uint64(2) {
		r.p.Space.CopyOut(layout.Temporary+room*layout.TemporaryBytes, []byte{1})
	}
	if got := r.p.Space.Used() - used; got != 1+2*3 { // a table of tables, then two and a page
		t.Errorf("%d frames of two files: want 7", got)
	}
}
