package process

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"testing"

	"skerry/kernel/layout"
	"skerry/kernel/manifest"
	"skerry/kernel/paging"
	"skerry/kernel/phys"
	"skerry/kernel/thread"
	"skerry/kernel/vm"
)

// Physical memory of the rig.
const (
	rootAt   = 0x1000
	clockAt  = 0x2000 // shown at layout.Clock
	windowAt = 0x3000
	imageAt  = 0x1_0000
	stackAt  = 0x2_0000
	poolAt   = 0x4_0000
	arenaEnd = 0x40_0000
)

// Memory of the instance.
const (
	text      = 0x40_1000
	buffer    = 0x5000_0000 // pages to pass to calls
	bufferEnd = buffer + 0x1_0000
	waiting   = int64(-1 << 40) // what call returns of a call that waits
	second    = 1_000_000_000
)

// The libOS's entries.
var libos = manifest.Libos{
	TextStart: layout.Libos + 0x1000, TextEnd: layout.Libos + 0x2000,
	Call: layout.Libos + 0x1000, Upcall: layout.Libos + 0x1040, Fault: layout.Libos + 0x1080,
	Tail: layout.Libos + 0x10c0, TailEnd: layout.Libos + 0x1100,
}

// plant serves a call in place of the process, with a bug.
type plant func(p *Process, th *thread.Thread) int64

// rig is a process on a machine that is only memory.
type rig struct {
	testing.TB
	arena   []byte
	memory  phys.Memory
	frames  phys.Frames
	program manifest.Program
	p       *Process

	now     uint64
	fsBase  uint64 // of the running thread, as the machine was told
	exited  bool
	status  uint64
	killed  [4]uint64 // signal and the rest, as Machine.Kill was told
	needed  uint64    // the page for which there was no memory, or 0
	planted map[uint64]plant
}

// ended tells whether the process has come to an end.
func (r *rig) ended() bool { return r.exited || r.killed[0] != 0 || r.needed != 0 }

// code returns a page of code and one of data.
func code() []byte {
	b := make([]byte, 0x2000)
	for i := range b {
		b[i] = byte(i>>7) | 1
	}
	return b
}

// newRig returns a process that is about to run its program.
func newRig(t testing.TB) *rig {
	r := &rig{TB: t, arena: make([]byte, arenaEnd), p: new(Process)}
	r.reset()
	if !r.p.Init(&r.program, [2]uint64{random0, random1}) {
		t.Fatal("no memory to begin with")
	}
	r.mapMore()
	return r
}

// The random bytes on the stack.
const random0, random1 = 0x0706_0504_0302_0100, 0x0f0e_0d0c_0b0a_0908

// reset makes a machine with a program, which has the libOS's page among its segments.
func (r *rig) reset() {
	r.memory = phys.Over(r.arena)
	copy(r.arena[imageAt:], code())
	copy(r.arena[stackAt:], "stack, 16 bytes.")
	r.program = manifest.Program{
		Entry: text, Segments: 3, Segment: [manifest.SegmentsMax]manifest.Segment{
			{Start: text, End: text + 0x1000, Source: imageAt, FileBytes: 0x1000, Prot: 5},
			{Start: text + 0x1000, End: text + 0x4000, Source: imageAt + 0x1000,
				FileBytes: 0x1000, Prot: 6},
			{Start: libos.TextStart, End: libos.TextEnd, Source: imageAt, FileBytes: 0x1000,
				Prot: 5},
		},
		Stack: stackAt, StackBytes: 32,
	}
	r.frames.Init(&r.memory, poolAt, arenaEnd)
	r.p.Space.Tables = paging.Tables{Root: rootAt, Memory: &r.memory, Frames: &r.frames,
		Invalidate: func(uint64) {}}
	r.p.Libos = &libos
	r.p.Machine = Machine{
		Now:   func() uint64 { r.now++; return r.now },
		SetFS: func(base uint64) { r.fsBase = base },
		Exit:  func(status uint64) { r.exited, r.status = true, status },
		Need:  func(address uint64) { r.needed = address },
		Kill: func(signal, at, vector, address uint64) {
			r.killed = [4]uint64{signal, at, vector, address}
		},
		Call: func(f *thread.Frame) int64 { return int64(f.DI + f.SI) },
	}
}

// mapMore maps what the driver maps for an instance, and pages to pass to calls.
func (r *rig) mapMore() {
	for _, m := range []struct {
		start, size uint64
		prot        vm.Prot
		kind        vm.Kind
		source      phys.Addr
	}{
		{layout.Clock, layout.PageBytes, vm.Read, vm.Fixed, clockAt},
		{layout.Windows, layout.PageBytes, vm.Read | vm.Write, vm.Fixed, windowAt},
		{buffer, bufferEnd - buffer, vm.Read | vm.Write, vm.Zero, 0},
	} {
		if e := r.p.Space.Map(m.start, m.size, m.prot, m.kind, m.source, 0); e != 0 {
			r.Fatalf("map %#x: %d", m.start, e)
		}
	}
}

// call has the running thread make a call, and returns its result, or waiting.
func (r *rig) call(number uint64, args ...uint64) int64 {
	th := r.p.Threads.Current()
	f := &th.Frame
	f.Vector, f.AX, f.CX, f.R11 = thread.VectorCall, number, f.IP, f.Flags // as by SYSCALL
	for i, to := range []*uint64{&f.DI, &f.SI, &f.DX, &f.R10, &f.R8, &f.R9} {
		*to = 0
		if i < len(args) {
			*to = args[i]
		}
	}
	if h := r.planted[number]; h != nil {
		if result := h(r.p, th); result != settled {
			f.AX = uint64(result)
		}
	} else {
		r.p.Call(th)
	}
	if r.p.Threads.Current() != th {
		return waiting
	}
	return int64(f.AX)
}

// want makes a call that must have a result.
func (r *rig) want(want int64, number uint64, args ...uint64) {
	r.Helper()
	if got := r.call(number, args...); got != want {
		r.Fatalf("call %d %#x: %d: want %d", number, args, got, want)
	}
}

// get returns bytes of the instance's memory.
func (r *rig) get(at uint64, size int) []byte {
	b := make([]byte, size)
	if !r.p.Space.CopyIn(b, at) {
		r.Fatalf("no memory at %#x", at)
	}
	return b
}

func (r *rig) word(at uint64) uint64 { return binary.LittleEndian.Uint64(r.get(at, 8)) }

func (r *rig) put(at uint64, words ...uint64) {
	for i, w := range words {
		put(r, at+8*uint64(i), w)
	}
}

// put writes a value to the instance's memory.
func put[T any](r *rig, at uint64, v T) {
	if !vm.Store(&r.p.Space, at, v) {
		r.Fatalf("no memory at %#x", at)
	}
}

// resume lets time pass and the next thread go on, and tells whether there is one.
func (r *rig) resume(nanos uint64) bool {
	r.now += nanos
	r.p.Expire(r.now)
	r.p.Threads.Yield()
	return r.p.Threads.Current() != nil
}

// invariants returns what must never be, whatever the instance does.
func (r *rig) invariants() error {
	p := r.p
	if used := p.Space.Used() + 1; r.frames.Used() != used { // and the pulse's page
		return fmt.Errorf("%d frames in use: want %d", r.frames.Used(), used)
	}
	for _, at := range []uint64{layout.Clock, libos.TextStart} {
		if g := p.Space.Regions.Find(at); g == nil || g.Prot&vm.Write != 0 {
			return fmt.Errorf("the region at %#x is %+v: want it to read", at, g)
		}
	}
	if !bytes.Equal(r.arena[imageAt:][:0x2000], code()) || r.arena[clockAt] != 0 {
		return fmt.Errorf("the image or the clock has changed")
	}
	for id := thread.ID(1); id <= thread.ThreadsMax; id++ {
		if th := p.Threads.Get(id); th != nil {
			if err := safe(th); err != nil {
				return fmt.Errorf("thread %d, %+v: %w", id, th.Frame, err)
			}
		}
	}
	return r.tableInvariants(rootAt, 4, 0)
}

// safe returns what must never be of a thread that goes on in ring 3.
func safe(th *thread.Thread) error {
	const flagsChecked, flagsWanted = 0x3b_7302, 0x202 // ID to TF without AC; what reads as 1
	f := &th.Frame
	switch {
	case f.CS != layout.SelectorUserCode || f.SS != layout.SelectorUserData:
		return fmt.Errorf("segments %#x and %#x", f.CS, f.SS)
	case f.Flags&flagsChecked != flagsWanted:
		return fmt.Errorf("flags %#x: want interrupts on, no privilege", f.Flags)
	case f.IP >= layout.UserEnd || th.FSBase >= layout.UserEnd:
		return fmt.Errorf("instruction %#x, FS base %#x", f.IP, th.FSBase)
	}
	return nil
}

// tableInvariants returns an entry that lets the instance write to what is not its own.
func (r *rig) tableInvariants(table phys.Addr, level, va uint64) error {
	for i, e := range r.memory.Table(table) {
		e := paging.Entry(e)
		at := va | uint64(i)<<(12+9*(level-1))
		switch owned := e.Addr() >= poolAt && e.Addr() < arenaEnd; {
		case !e.Has(paging.Present):
		case level > 1 && !owned:
			return fmt.Errorf("table %#x at %#x is not of the pool", e.Addr(), at)
		case level > 1:
			if err := r.tableInvariants(e.Addr(), level-1, at); err != nil {
				return err
			}
		case e.Has(paging.Writable) && !owned && e.Addr() != windowAt:
			return fmt.Errorf("page %#x, not of the pool, is writable at %#x", e.Addr(), at)
		}
	}
	return nil
}
