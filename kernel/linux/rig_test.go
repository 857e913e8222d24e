package linux

import (
	"bytes"
	"fmt"
	"syscall"
	"testing"

	"skerry/kernel/drivercall"
	"skerry/kernel/errno"
	"skerry/kernel/files"
	"skerry/kernel/layout"
	"skerry/kernel/signal"
	"skerry/kernel/thread"
)

// Memory of the instance, in the process of the test.
const (
	buffer    = 0x5000_0000 // pages to pass to calls
	bufferEnd = buffer + 0x1_0000
	pathAt    = buffer + 0x8000
	imageAt   = 0x6000_0000 // the image's files, to read
	imageEnd  = imageAt + 0x2_0000
	waiting   = int64(-1 << 40) // what call returns of a call that waits
)

// plant serves a call in place of its handler, with a bug.
type plant func(p *Process, a *drivercall.Area) int64

func isServed(n uint64) bool { return handlers[n].plain != nil || handlers[n].onFile != nil }

// rig is a process on a machine that is the process of the test.
type rig struct {
	testing.TB
	rooms   uint64 // where what is written to files is
	p       *Process
	threads [thread.ThreadsMax]*task
	th      *task // the thread that makes calls
	running *task // the one that is in the process

	now, events, rings uint64
	sample             uint64 // nanoseconds between two

	output  bytes.Buffer
	room    uint64 // that the console has; taken by what is written
	input   []byte
	ended   bool // the input
	used    uint64
	preempt bool // a thread that asks for the time is preempted
	killed  signal.Number
	planted map[uint64]plant
	unknown map[uint64]uint64 // by number, how many were not served

	// A file was closed while a thread waited for one: it may wait for ever, as on Linux.
	abandoned bool
}

// newRig returns a process that has made no call yet.
func newRig(t testing.TB) *rig {
	r := &rig{TB: t, rooms: mmap(t, 0, layout.TemporaryMax*layout.TemporaryBytes)}
	mmap(t, buffer, bufferEnd-buffer)
	mmap(t, imageAt, imageEnd-imageAt)
	putImage()
	mustDo(t, syscall.SYS_MPROTECT, imageAt, imageEnd-imageAt, syscall.PROT_READ)
	t.Cleanup(func() { r.stop() })
	r.restart()
	return r
}

// mmap returns memory that is zeros, and taken when it is touched; at an address unless that is 0.
func mmap(t testing.TB, at, size uint64) uint64 {
	const flags = syscall.MAP_PRIVATE | syscall.MAP_ANON | syscall.MAP_NORESERVE
	const noReplace = 0x10_0000
	fixed := uint64(0)
	if at != 0 {
		fixed = noReplace
	}
	at = mustDo(t, syscall.SYS_MMAP, at, size, syscall.PROT_READ|syscall.PROT_WRITE, flags|fixed,
		^uint64(0), 0)
	t.Cleanup(func() { mustDo(t, syscall.SYS_MUNMAP, at, size) })
	return at
}

// mustDo makes a call of the machine that the test runs on.
func mustDo(t testing.TB, number uintptr, args ...uint64) uint64 {
	var a [6]uintptr
	for i := range args {
		a[i] = uintptr(args[i])
	}
	result, _, e := syscall.Syscall6(number, a[0], a[1], a[2], a[3], a[4], a[5])
	if e != 0 {
		t.Fatalf("call %d %#x: %v", number, args, e)
	}
	return uint64(result)
}

// putImage makes files a, d/b and d/e/c.
func putImage() {
	at := uint64(imageAt + 0x1_0000)
	put := func(s string) uint64 {
		at += uint64(copy(bytesAt(at, uint64(len(s))), s))
		return at - uint64(len(s))
	}
	const folder, regular = 0o040555, 0o100644
	var image files.Image
	for i, f := range []struct {
		parent, mode uint64
		name, data   string
	}{
		{1, folder, "", ""}, {1, 0o041777, "tmp", ""}, {1, folder, "d", ""}, {3, folder, "e", ""},
		{1, regular, "a", "/a has this"}, {3, regular, "b", "/d/b has this"},
		{4, regular, "c", "/d/e/c has this"},
	} {
		image.File[i] = files.File{Parent: f.parent, Mode: f.mode,
			Name: put(f.name), NameBytes: uint64(len(f.name)),
			Data: put(f.data), Bytes: uint64(len(f.data))}
		image.Files = uint64(i + 1)
	}
	store(imageAt, image)
}

// restart begins with a new process and empty memory.
func (r *rig) restart() {
	r.stop()
	discard := func(start, size uint64) {
		mustDo(r.TB, syscall.SYS_MADVISE, start, size, syscall.MADV_DONTNEED)
	}
	discard(buffer, bufferEnd-buffer)
	discard(r.rooms, layout.TemporaryMax*layout.TemporaryBytes)
	*r = rig{TB: r.TB, rooms: r.rooms, p: new(Process), room: 1 << 20, planted: r.planted,
		unknown: map[uint64]uint64{}}
	r.p.Files.Image, r.p.Files.Temporary = imageAt, r.rooms
	r.p.Machine = Machine{
		Now: func() uint64 {
			if r.now++; r.preempt {
				r.suspend(func() bool { return !r.preempt })
			}
			return r.now
		},
		Wall: func() uint64 { return 1_700_000_000 * second },
		Seed: func(to []byte) { copy(to, bytes.Repeat([]byte{0xa5}, len(to))) },
		Read: func(to []byte) (uint64, bool) {
			n := copy(to, r.input)
			r.input = r.input[n:]
			return uint64(n), n > 0 || !r.ended
		},
		Write: func(text []byte) uint64 {
			n := min(r.room, uint64(len(text)), 1000) // as much as it likes
			r.output.Write(text[:n])
			r.room -= n
			return n
		},
		Memory:    func() (total, used uint64) { return 1 << 22, r.used },
		Discard:   discard,
		Spawn:     r.spawn,
		Interrupt: r.interrupt,
		Exists:    r.exists,
		Kill: func(n signal.Number, _ *thread.Frame, _ uint64) {
			r.killed = n
			panic(ending{})
		},
		SaveFX: func(*thread.FX) {},
		Events: func() uint64 { return r.events },
		Wake:   func() { r.events++ },
		Wait:   r.wait,
		Rings:  func() uint64 { return r.rings },
		Park: func(word *uint32, value uint32) {
			if *word == value {
				r.suspend(func() bool { return *word != value })
			}
		},
		Unpark:  func(*uint32) {},
		Sample:  func(nanos uint64) { r.sample = nanos },
		Unknown: func(number, count uint64) { r.unknown[number] = count },
	}
	r.spawn(new(thread.Frame), 0)
	r.th = r.threads[0]
}

// stop ends all calls that wait.
func (r *rig) stop() {
	for _, th := range r.threads {
		if th != nil && th.waits {
			th.stop()
		}
	}
}

// call has the current thread make a call, and returns its result, or waiting.
func (r *rig) call(number uint64, args ...uint64) int64 {
	th := r.th
	f := &th.Frame
	f.Vector, f.AX = thread.VectorCall, number
	for i, to := range []*uint64{&f.DI, &f.SI, &f.DX, &f.R10, &f.R8, &f.R9} {
		*to = 0
		if i < len(args) {
			*to = args[i]
		}
	}
	result := r.run(th, func() {
		if h := r.planted[number]; h != nil {
			r.p.callPlanted(&th.Area, h)
		} else {
			r.p.Call(&th.Area)
		}
	})
	const numberOfClose = 3
	r.abandoned = r.abandoned || number == numberOfClose && r.anyWaits()
	return result
}

// callPlanted is Call, with a bug.
func (p *Process) callPlanted(a *drivercall.Area, h plant) {
	p.lock(a)
	p.mutex.serving = true
	if result := h(p, a); result != settled {
		a.Frame.AX = uint64(result)
	}
	p.finish(a)
}

// ring is a kick or a notice, type input of the console.
func (r *rig) ring() { r.rings, r.events = r.rings+1, r.events+1 }

func (r *rig) typed(input string) {
	r.input = append(r.input, input...)
	r.events++
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
	r.putText(pathAt, path+"\x00")
	return pathAt
}

func (r *rig) putText(at uint64, s string) { copy(bytesAt(at, uint64(len(s))), s) }

// get returns bytes of the instance's memory.
func (r *rig) get(at uint64, size int) []byte { return bytes.Clone(bytesAt(at, uint64(size))) }

func (r *rig) put(at uint64, words ...uint64) {
	for i, w := range words {
		store(at+8*uint64(i), w)
	}
}

// invariants returns what must never be, whatever the instance does.
func (r *rig) invariants() error {
	p := r.p
	if m := p.mutex; m != (mutex{}) {
		return fmt.Errorf("the lock is %+v: want it free", m)
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
	waiters := uint64(0)
	for i, th := range r.threads {
		if th == nil || !th.waits {
			continue
		}
		waiters++
		if err := r.waitInvariants(th); err != nil {
			return fmt.Errorf("thread %d, %+v: %w", i+1, th.Frame, err)
		}
	}
	if p.waiters != waiters {
		return fmt.Errorf("%d threads are said to wait: want %d", p.waiters, waiters)
	}
	return nil
}

// waitInvariants returns what must never be of a thread that waits.
func (r *rig) waitInvariants(th *task) error {
	const numberOfWrite = 1 // which only time lets go on
	if th.goesOn() || th.Frame.AX == numberOfWrite {
		return nil
	}
	if r.p.interrupted(&th.Area) {
		return fmt.Errorf("waits, though it has a signal")
	}
	if n := r.try(th.Area); n != errno.EAGAIN && !r.abandoned {
		return fmt.Errorf("waits, though it gets %d", n)
	}
	return nil
}

// try tries a call that waits.
func (r *rig) try(a drivercall.Area) (result int64) {
	if r.faults(func() {
		if a.Frame.AX == 0 {
			result = r.p.tryRead(&a)
		} else {
			result = r.p.collect(&a)
		}
	}) {
		return errno.EFAULT
	}
	return result
}
