package process

import (
	"fmt"
	"math/rand/v2"
	"syscall"
	"testing"

	"skerry/kernel/drivercall"
	"skerry/kernel/errno"
	"skerry/kernel/layout"
	"skerry/kernel/thread"
	"skerry/kernel/vm"
)

// player makes calls that bytes tell it to make, and causes exceptions.
type player struct {
	*rig
	data []byte
}

func (p *player) byte() uint64 {
	if len(p.data) == 0 {
		return 0
	}
	b := p.data[0]
	p.data = p.data[1:]
	return uint64(b)
}

func (p *player) of(values []uint64) uint64 { return values[p.byte()%uint64(len(values))] }

// strange and served are what a call's number is drawn from.
var (
	strange = []uint64{none, 1 << 63, 511, 512, 41, hole, drivercall.First - 1, drivercall.First,
		drivercall.Kick, drivercall.Last, drivercall.Last + 1}
	served = append([]uint64{drivercall.Spawn, drivercall.Spawn, drivercall.Return,
		drivercall.Return, drivercall.Interrupt, drivercall.Interrupt, drivercall.Memory,
		drivercall.Kill, drivercall.Exists}, numbers...)
)

// values is what arguments are drawn from: numbers at the edges, flags, places.
var values = []uint64{
	0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 16, 23, 64, 65, 128, 129, 255, 256, 1030, 4095, 4096,
	1 << 16, 1 << 20, 1 << 30, 1 << 31, 1<<32 - 1, 1 << 32, 1 << 40, 1<<62 - 1, 1 << 63, none,
	^uint64(4095), hole, hole - 1, hole - 4096, kernelAddress, layout.DirectMap + 0x4_0000,
	layout.UserEnd, layout.UserEnd - 1, layout.UserEnd - 8, layout.UserStart, layout.Driver,
	layout.UserStart - 8, layout.Clock, layout.Clock - 4096, layout.Clock + 4096, layout.Pulse,
	layout.Pulse + layout.PulseEvents, layout.Areas, layout.Areas + layout.AreaBytes - 64,
	layout.Libos, libos.TextStart, libos.Tail + 4, layout.Temporary, layout.Files,
	layout.Windows, layout.Windows + 4096, layout.StackTop - 4096, layout.StackTop - 4,
	layout.MapStart, layout.MapStart + 4096, text, text + 4092, text + 0x1000, text + 0x3ffc,
	buffer, buffer + 1, buffer + 4, buffer + 8, buffer + 4092, buffer + 4096, bufferEnd - 1,
	bufferEnd - 4, bufferEnd - 8, bufferEnd - 4096, bufferEnd, bufferEnd + 4096, 0x6000_0000,
	0x22, 0x32, 0x50f00, 0xd0f00, 0x8000_0001, 0x7fff_ffff, 1000, 1_000_000,
}

// likely has, for arguments of a kind, values with which calls get far, and shapes which kinds the
// arguments of a call are of.
var likely = map[byte][]uint64{
	'b': {buffer, buffer, buffer + 8, buffer + 4092, buffer + 0x2000, text + 0x1000, 0},
	'f': {buffer + 0x3000, buffer + 0x3000, drivercall.AreaAt(1) + drivercall.AreaFrame},
	'm': {buffer, layout.MapStart, layout.MapStart + 4096, text, text + 0x1000, 0xc0_0000_0000,
		layout.Clock, layout.Windows, layout.Libos + 4096, layout.Areas, layout.Temporary},
	's': {4096, 8192, 1 << 16, 1 << 20},
	'r': {0, 1, 3, 3, 3, 5, 7},
	'a': {0x22, 0x22, 0x32},
	'v': {4, 8, 14},
	'w': {0, 1, 128, 129, 128, 129, 137},
	'z': {0}, 't': {1, 2, 3}, 'x': {0x1002, 0x1003, 0}, 'n': {none, none, buffer, hole},
}

var shapes = map[uint64]string{
	syscall.SYS_MMAP: "msra", syscall.SYS_MPROTECT: "msr", syscall.SYS_MUNMAP: "ms",
	syscall.SYS_MADVISE: "msv", syscall.SYS_NANOSLEEP: "b", syscall.SYS_ARCH_PRCTL: "xb",
	syscall.SYS_FUTEX: "bwzz", drivercall.Spawn: "fn", drivercall.Return: "f",
	drivercall.Interrupt: "t", drivercall.Kill: "tf", drivercall.Memory: "b",
	drivercall.Exists: "t", drivercall.Sample: "n",
}

// places is where threads make calls and cause exceptions.
var places = []uint64{text, text + 8, libos.Call, libos.Tail, libos.Tail + 8, libos.TailEnd,
	libos.TextEnd, layout.UserEnd - 1}

// step makes one call, or lets something else happen.
func (p *player) step() (what string, err error) {
	th := p.p.Threads.Current()
	switch b := p.byte(); {
	case b < 8:
		p.p.Ring()
		what = "ring"
	case b < 16:
		p.resume(uint64(1) << (p.byte() % 40))
		what = "time"
	case b < 32:
		p.storeFrame()
		what = "frame"
	case b < 48:
		at := p.of(likely['b']) + p.byte()%4*8
		vm.Store(&p.p.Space, at, p.of(values))
		what = "store"
	case th == nil:
	case b < 96:
		what, err = p.except(th)
	default:
		what, err = p.callAny(th)
	}
	if p.ended() || err != nil {
		return what, err
	}
	if b := p.byte(); p.p.Threads.Current() == nil && !p.resume(b%2*second) && b > 192 {
		if th := p.p.Threads.Get(thread.ID(1 + b%4)); th != nil { // all wait: one of them too long
			p.p.Threads.Wake(th, errno.EINTR)
		}
	}
	return what, p.invariants()
}

// storeFrame makes a frame that calls may be given.
func (p *player) storeFrame() {
	f := thread.Frame{IP: p.of(places), SP: p.of(values), CS: layout.SelectorUserCode,
		SS: layout.SelectorUserData, Flags: flagsSet}
	switch p.byte() % 8 {
	case 0:
		f.IP = p.of(values)
	case 1:
		f.Flags = p.of(values)
	case 2:
		f.CS, f.SS = p.of(values), p.of(values)
	case 3:
		f.Vector, f.R11, f.CX = thread.VectorCall, p.of(values), p.of(values)
	}
	vm.Store(&p.p.Space, p.of(likely['f']), f)
}

// except causes an exception. Then a page is there, or the thread is in the libOS.
func (p *player) except(th *thread.Thread) (string, error) {
	f := &th.Frame
	f.IP, f.Vector, f.Error = p.of(places), p.byte()%32, p.byte()%32
	if p.byte()%2 == 0 {
		f.Vector = exceptionPage
	}
	address, before := p.of(values), *f
	if h := p.planted[exceptionPlant]; h != nil {
		h(p.p, th)
	} else {
		p.p.Exception(th, address)
	}
	what := fmt.Sprintf("exception %d, error %#x at %#x", before.Vector, before.Error, address)
	want := libos.Upcall
	if p.p.inLibos(&before) {
		want = libos.Fault
	}
	entry, _ := p.p.Space.Tables.Lookup(address)
	brought := before.Vector == exceptionPage && before.Error&drivercall.ErrorUser != 0 &&
		entry != 0 && f.IP == before.IP
	if !p.ended() && !brought && (f.IP != want || f.R11 != uint64(th.ID())) {
		return what, fmt.Errorf("goes on at %#x with %#x in R11: want %#x and its number", f.IP,
			f.R11, want)
	}
	return what, nil
}

// exceptionPlant is where planted has what serves exceptions.
const exceptionPlant = 1 << 62

func (p *player) callAny(th *thread.Thread) (string, error) {
	number := p.of(served)
	if number == syscall.SYS_EXIT || number == syscall.SYS_EXIT_GROUP ||
		number == drivercall.Kill { // which end it too soon
		number = p.of(served)
	}
	if p.byte()%8 == 0 {
		number = p.of(strange)
	}
	var args [6]uint64
	for i := range args {
		from := values
		if shape := shapes[number]; i < len(shape) && p.byte()%8 != 0 {
			from = likely[shape[i]]
		}
		args[i] = p.of(from)
	}
	th.Frame.IP = p.of(places)
	target := p.p.Threads.Get(thread.ID(args[0]))
	before := th.Frame.IP
	if target != nil {
		before = target.Frame.IP
	}
	result := p.call(number, args[:]...)
	what := fmt.Sprintf("call %#x %#x: %d", number, args, result)
	if number == drivercall.Interrupt && target != nil && !p.ended() {
		return what, interrupted(target, before)
	}
	if goesOn := &th.Frame; number == drivercall.Return && result != errno.EFAULT &&
		goesOn.Vector != thread.VectorResume {
		return what, fmt.Errorf("goes on by vector %d, which spares registers: want %d",
			goesOn.Vector, thread.VectorResume)
	}
	return what, nil
}

// interrupted tells what is wrong with a thread that was interrupted at a place.
func interrupted(th *thread.Thread, before uint64) error {
	want := before
	switch {
	case before < libos.TextStart || before >= libos.TextEnd:
		want = libos.Upcall
	case before >= libos.Tail && before < libos.TailEnd:
		want = libos.Tail
	}
	if th.Frame.IP != want || th.State() != thread.Ready {
		return fmt.Errorf("thread %d, interrupted at %#x, is in state %d at %#x: want it at %#x",
			th.ID(), before, th.State(), th.Frame.IP, want)
	}
	return nil
}

// play makes calls until the bytes end, with new processes in place of those that end.
func play(t testing.TB, planted map[uint64]plant, data []byte) error {
	p := &player{begun(t, planted), data}
	for n := 0; len(p.data) > 0; n++ {
		if p.ended() {
			p.rig = begun(t, planted)
		}
		if what, err := p.step(); err != nil {
			return fmt.Errorf("step %d, %s: %w", n, what, err)
		}
	}
	return nil
}

// begun returns a process with two threads.
func begun(t testing.TB, planted map[uint64]plant) *rig {
	r := newRig(t)
	put(r, likely['f'][0], thread.Frame{IP: text, SP: bufferEnd})
	r.want(2, drivercall.Spawn, likely['f'][0], none)
	r.planted = planted
	return r
}

func random(seed uint64, size int) []byte {
	b := make([]byte, size)
	source := rand.New(rand.NewPCG(seed, 3))
	for i := range b {
		b[i] = byte(source.Uint32())
	}
	return b
}

// No sequence of calls and exceptions, whatever their arguments, panics, or leaves the process in a
// state that cannot be.
func FuzzCalls(f *testing.F) {
	for seed := range uint64(100) {
		f.Add(random(seed, 2000))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if err := play(t, nil, data); err != nil {
			t.Error(err)
		}
	})
}

// plants has bugs, by the number of the call that has one.
var plants = map[string]map[uint64]plant{
	"mprotect changes what the driver keeps": {syscall.SYS_MPROTECT: func(p *Process,
		th *thread.Thread,
	) int64 {
		return p.Space.Protect(th.Frame.DI, th.Frame.SI, 3)
	}},
	"arch_prctl takes any FS base": {syscall.SYS_ARCH_PRCTL: func(p *Process,
		th *thread.Thread,
	) int64 {
		th.FSBase = th.Frame.SI
		return 0
	}},
	"a lost frame": {syscall.SYS_MADVISE: func(p *Process, th *thread.Thread) int64 {
		p.Space.Tables.Frames.Take()
		return 0
	}},
	"Return believes the segments": {drivercall.Return: believe(func(from, to *thread.Frame) {
		to.CS, to.SS = from.CS, from.SS
	})},
	"Return believes the flags": {drivercall.Return: believe(func(from, to *thread.Frame) {
		to.Flags = from.Flags
	})},
	"Return believes the instruction": {drivercall.Return: believe(func(from, to *thread.Frame) {
		to.IP = from.IP
	})},
	"Return goes on by SYSRET": {drivercall.Return: believe(func(_, to *thread.Frame) {
		to.Vector = thread.VectorCall
	})},
	"Spawn believes the flags": {drivercall.Spawn: begin(func(th *thread.Thread, f *thread.Frame,
		base uint64,
	) {
		th.Frame.Flags = f.Flags
	})},
	"Spawn takes any FS base": {drivercall.Spawn: begin(func(th *thread.Thread, f *thread.Frame,
		base uint64,
	) {
		th.FSBase = base
	})},
	"Interrupt forgets who waits": {drivercall.Interrupt: func(p *Process,
		th *thread.Thread,
	) int64 {
		if to := p.Threads.Get(thread.ID(th.Frame.DI)); to != nil && !p.inLibos(&to.Frame) {
			p.upcall(to, drivercall.Interrupted, 0)
		}
		return 0
	}},
	"Interrupt forgets the last instructions": {drivercall.Interrupt: func(p *Process,
		th *thread.Thread,
	) int64 {
		to := p.Threads.Get(thread.ID(th.Frame.DI))
		if to == nil {
			return errno.ESRCH
		}
		before := to.Frame
		e := p.interrupt(to.ID())
		if p.inLibos(&before) {
			to.Frame.IP = before.IP
		}
		return e
	}},
	"an exception of the libOS goes up": {exceptionPlant: func(p *Process,
		th *thread.Thread,
	) int64 {
		p.upcall(th, drivercall.Exception, 0)
		return 0
	}},
}

// Bugs that are planted in calls are found by the same sequences.
func TestPlantedBugsAreFound(t *testing.T) {
	for name, plant := range plants {
		found := false
		for seed := uint64(0); seed < 300 && !found; seed++ {
			found = play(t, plant, random(seed, 2000)) != nil
		}
		if !found {
			t.Errorf("%s: not found", name)
		}
	}
}

// believe returns a Return that takes something of the frame as it is.
func believe(what func(from, to *thread.Frame)) plant {
	return func(p *Process, th *thread.Thread) int64 {
		from, _ := vm.Load[thread.Frame](&p.Space, th.Frame.DI)
		result := p.comeBack(&th.Frame)
		what(&from, &th.Frame)
		return result
	}
}

// begin returns a Spawn that gives the thread something that the call was given.
func begin(what func(th *thread.Thread, f *thread.Frame, base uint64)) plant {
	return func(p *Process, th *thread.Thread) int64 {
		from, _ := vm.Load[thread.Frame](&p.Space, th.Frame.DI)
		base := th.Frame.SI
		th.Frame.SI = none
		id := p.spawn(&th.Frame)
		if child := p.Threads.Get(thread.ID(id)); child != nil {
			what(child, &from, base)
		}
		return id
	}
}
