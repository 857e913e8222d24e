package linux

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"testing"

	"skerry/kernel/errno"
	"skerry/kernel/layout"
	"skerry/kernel/manifest"
	"skerry/kernel/paging"
	"skerry/kernel/phys"
	"skerry/kernel/signal"
	"skerry/kernel/thread"
	"skerry/kernel/vm"
)

// Physical memory of the rig.
const (
	rootAt    = 0x1000
	clockAt   = 0x2000 // shown at layout.Clock
	windowAt  = 0x3000
	imageAt   = 0x1_0000
	stringsAt = 0x2_0000
	poolAt    = 0x4_0000
	arenaEnd  = 0x40_0000
)

// Memory of the instance.
const (
	text      = 0x40_1000
	buffer    = 0x5000_0000 // pages to pass to calls
	bufferEnd = buffer + 0x1_0000
	pathAt    = buffer + 0x8000
	waiting   = int64(-1 << 40) // what call returns of a call that waits
)

// plant serves a call in place of its handler, with a bug.
type plant func(p *Process, th *thread.Thread) int64

func isServed(n uint64) bool { return handlers[n].plain != nil || handlers[n].onFile != nil }

// rig is a process on a machine that is only memory.
type rig struct {
	testing.TB
	arena    []byte
	memory   phys.Memory
	frames   phys.Frames
	manifest manifest.Manifest
	p        *Process

	now     uint64
	output  bytes.Buffer
	room    uint64 // that the console has; taken by what is written
	input   []byte
	ended   bool // the input
	stirred []byte
	exited  bool
	status  uint64
	killed  signal.Number
	planted map[uint64]plant
	unknown map[uint64]uint64 // by number, how many were not served

	// A file was closed while a thread waited for one: it may wait for ever, as on Linux.
	abandoned bool
}

// program returns a page of code and one of data.
func program() []byte {
	b := make([]byte, 0x2000)
	for i := range b {
		b[i] = byte(i>>7) | 1
	}
	return b
}

// newRig returns a process that is about to run its program.
func newRig(t testing.TB) *rig {
	r := &rig{TB: t, arena: make([]byte, arenaEnd), p: new(Process), room: 1 << 20,
		unknown: map[uint64]uint64{}}
	r.reset()
	if !r.p.Init(&r.manifest.Program[0]) {
		t.Fatal("no memory to begin with")
	}
	r.mapMore()
	return r
}

// reset makes a machine with a program, and files a, d/b and d/e/c.
func (r *rig) reset() {
	r.memory = phys.Over(r.arena)
	copy(r.arena[imageAt:], program())
	at := uint64(stringsAt)
	put := func(s string) uint64 {
		copy(r.arena[at:], s)
		at += uint64(len(s))
		return at - uint64(len(s))
	}
	r.manifest.Program[0] = manifest.Program{
		Entry: text, Segments: 2, Segment: [manifest.SegmentsMax]manifest.Segment{
			{Start: text, End: text + 0x1000, Source: imageAt, FileBytes: 0x1000, Prot: 5},
			{Start: text + 0x1000, End: text + 0x4000, Source: imageAt + 0x1000,
				FileBytes: 0x1000, Prot: 6},
		},
		Stack: put("stack, 16 bytes." + "random, 16 bytes"), StackBytes: 32,
	}
	const folder, regular = 0o040555, 0o100644
	for i, f := range []struct {
		parent, mode uint64
		name, data   string
	}{
		{1, folder, "", ""}, {1, 0o041777, "tmp", ""}, {1, folder, "d", ""}, {3, folder, "e", ""},
		{1, regular, "a", "/a has this"}, {3, regular, "b", "/d/b has this"},
		{4, regular, "c", "/d/e/c has this"},
	} {
		r.manifest.File[i] = manifest.File{Parent: f.parent, Mode: f.mode,
			Name: put(f.name), NameBytes: uint64(len(f.name)),
			Data: put(f.data), Bytes: uint64(len(f.data))}
		r.manifest.Files = uint64(i + 1)
	}
	r.frames.Init(&r.memory, poolAt, arenaEnd)
	r.p.Space.Tables = paging.Tables{Root: rootAt, Memory: &r.memory, Frames: &r.frames,
		Invalidate: func(uint64) {}}
	f := &r.p.Files
	f.Memory, f.Frames, f.Manifest, f.FramesMax = &r.memory, &r.frames, &r.manifest, 256
	r.p.Wall = 1_700_000_000 * second
	r.p.Machine = Machine{
		Now:    func() uint64 { r.now++; return r.now },
		Random: func(to []byte) { copy(to, bytes.Repeat([]byte{0xa5}, len(to))) },
		Stir:   func(from []byte) { r.stirred = append(r.stirred, from...) },
		Write: func(text []byte) uint64 {
			n := min(r.room, uint64(len(text)))
			r.output.Write(text[:n])
			r.room -= n
			return n
		},
		Read: func(to []byte) (uint64, bool) {
			n := copy(to, r.input)
			r.input = r.input[n:]
			return uint64(n), n > 0 || !r.ended
		},
		Exit:    func(status uint64) { r.exited, r.status = true, status },
		Kill:    func(n signal.Number) { r.killed = n },
		Call:    func(f *thread.Frame) int64 { return int64(f.DI + f.SI) },
		SetFS:   func(uint64) {},
		Unknown: func(number, count uint64) { r.unknown[number] = count },
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
	f.Vector, f.AX = thread.VectorCall, number
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
		r.p.Call(r.p.Threads.Current())
	}
	const numberOfClose = 3
	r.abandoned = r.abandoned || number == numberOfClose && r.anyWaits()
	if r.p.Threads.Current() != th {
		return waiting
	}
	return int64(f.AX)
}

// anyWaits tells whether a thread waits for a file.
func (r *rig) anyWaits() bool {
	for id := thread.ID(1); id <= thread.ThreadsMax; id++ {
		if th := r.p.Threads.Get(id); th != nil && th.State() == thread.File {
			return true
		}
	}
	return false
}

// want makes a call that must have a result.
func (r *rig) want(want int64, number uint64, args ...uint64) {
	r.Helper()
	if got := r.call(number, args...); got != want {
		r.Fatalf("call %d %#x: %d: want %d", number, args, got, want)
	}
}

// path puts a path where calls can take it from.
func (r *rig) path(path string) uint64 {
	if !r.p.Space.CopyOut(pathAt, append([]byte(path), 0)) {
		r.Fatal("no memory for a path")
	}
	return pathAt
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
		if !vm.Store(&r.p.Space, at+8*uint64(i), w) {
			r.Fatalf("no memory at %#x", at)
		}
	}
}

// resume lets time pass and the next thread go on, and tells whether there is one.
func (r *rig) resume(nanos uint64) bool {
	r.now += nanos
	r.p.Threads.Expire(r.now)
	r.p.Threads.Yield()
	return r.p.Resume() != nil
}

// invariants returns what must never be, whatever the instance does.
func (r *rig) invariants() error {
	p := r.p
	if used := p.Space.Used() + p.Files.Used(); r.frames.Used() != used {
		return fmt.Errorf("%d frames in use: want %d", r.frames.Used(), used)
	}
	for i := range p.open {
		o := &p.open[i]
		if o.kind != closed && o.fd != uint64(i) || o.kind == closed && *o != (open{}) {
			return fmt.Errorf("open file %d: %+v", i, *o)
		}
		if e := o.watch.epoll; e != nil && e.kind != epoll {
			return fmt.Errorf("open file %d is in epoll %+v, which is none", i, *e)
		}
		if o.kind == bell && p.bell != o {
			return fmt.Errorf("the bell does not ring at %d: want it to", i)
		}
	}
	if g := p.Space.Regions.Find(layout.Clock); g == nil || g.Prot != vm.Read {
		return fmt.Errorf("the clock's region is %+v: want it to read", g)
	}
	if !bytes.Equal(r.arena[imageAt:][:0x2000], program()) || r.arena[clockAt] != 0 {
		return fmt.Errorf("the image or the clock has changed")
	}
	for id := thread.ID(1); id <= thread.ThreadsMax; id++ {
		if th := p.Threads.Get(id); th != nil {
			if err := r.threadInvariants(th); err != nil {
				return fmt.Errorf("thread %d, %+v: %w", id, th.Frame, err)
			}
		}
	}
	return r.tableInvariants(rootAt, 4, 0)
}

// threadInvariants returns what must never be of a thread.
func (r *rig) threadInvariants(th *thread.Thread) error {
	f := &th.Frame
	switch {
	case f.CS != layout.SelectorUserCode || f.SS != layout.SelectorUserData:
		return fmt.Errorf("segments %#x and %#x", f.CS, f.SS)
	case f.Flags&0x20_7200 != 0x200&0x20_7200:
		return fmt.Errorf("flags %#x: want interrupts on, no privilege", f.Flags)
	case f.IP >= layout.UserEnd || th.FSBase >= layout.UserEnd:
		return fmt.Errorf("instruction %#x, FS base %#x", f.IP, th.FSBase)
	}
	copied := *th
	if th.State() == thread.File && !r.abandoned {
		if n := r.p.tryAgain(&copied); n != errno.EAGAIN {
			return fmt.Errorf("waits, though it gets %d", n)
		}
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
