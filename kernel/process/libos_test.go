package process

import (
	"testing"

	"skerry/kernel/drivercall"
	"skerry/kernel/errno"
	"skerry/kernel/layout"
	"skerry/kernel/thread"
	"skerry/kernel/vm"
)

const getpid = 39 // of the libOS's calls

// area reads what the libOS was told of a thread.
func (r *rig) area(id thread.ID) drivercall.Area {
	a, ok := vm.Load[drivercall.Area](&r.p.Space, drivercall.AreaAt(id))
	if !ok {
		r.Fatalf("thread %d has no area", id)
	}
	return a
}

// A call that is not served leads to the libOS, with all registers but one; one that the libOS
// makes gets ENOSYS.
func TestCallOfLibos(t *testing.T) {
	r := newRig(t)
	th := r.p.Threads.Current()
	th.Frame.Registers = thread.Registers{R15: 15, BP: 16, BX: 17}
	r.call(getpid, 1, 2, 3, 4, 5, 6)
	want := thread.Frame{Registers: thread.Registers{R15: 15, BP: 16, BX: 17, AX: getpid, DI: 1,
		SI: 2, DX: 3, R10: 4, R8: 5, R9: 6, CX: text, R11: 1}, IP: libos.Call,
		SP: layout.StackTop - 32, Flags: 0x202, CS: layout.SelectorUserCode,
		SS: layout.SelectorUserData, Vector: thread.VectorResume}
	if th.Frame != want {
		t.Errorf("goes on with %+v: want %+v", th.Frame, want)
	}
	r.want(errno.ENOSYS, getpid)
}

// An exception leads to the libOS, which finds the registers and why; what steps does not step
// there.
func TestUpcall(t *testing.T) {
	r := newRig(t)
	th := r.p.Threads.Current()
	th.Frame.Vector, th.Frame.R11, th.Frame.Flags = 1, 11, 0x302
	before := th.Frame
	r.p.Exception(th, 0)
	a := r.area(1)
	if a.Frame != before || a.Reason != drivercall.Exception || a.Address != 0 {
		t.Errorf("told of %+v: want %+v", a, before)
	}
	if f := &th.Frame; f.IP != libos.Upcall || f.R11 != 1 || f.Flags != 0x202 ||
		f.Vector != thread.VectorResume {
		t.Errorf("goes on with %+v: want it at %#x", f, libos.Upcall)
	}
}

// An exception in the libOS leads to its own entry, which is told in registers: what is in the area
// is the program's.
func TestFaultOfLibos(t *testing.T) {
	r := newRig(t)
	th := r.p.Threads.Current()
	th.Frame.Vector = 1
	r.p.Exception(th, 0)
	a := r.area(1)
	th.Frame.IP, th.Frame.Vector, th.Frame.Error = libos.Call+2, exceptionPage, drivercall.ErrorUser
	r.p.Exception(th, bad)
	f := &th.Frame
	if f.IP != libos.Fault || f.R11 != 1 || f.BX != libos.Call+2 || f.CX != exceptionPage ||
		f.DI != bad {
		t.Errorf("goes on with %+v: want it at %#x, told of %#x", f, libos.Fault, libos.Call+2)
	}
	if r.area(1) != a {
		t.Errorf("told of %+v: want nothing", r.area(1))
	}
}

// A page fault brings in what there is, and else is told with what the regions say of it: nothing
// of what the driver has mapped.
func TestPageFaults(t *testing.T) {
	const user = drivercall.ErrorUser
	for name, c := range map[string]struct{ address, errors, told uint64 }{
		"a fresh page":           {buffer, user | errorWrite, none},
		"code":                   {text, user | errorFetch, none},
		"the hole":               {hole, user, user},
		"nothing":                {bad, user | errorWrite, user | errorWrite},
		"the driver":             {layout.Driver, user | 1, user},
		"the driver's memory":    {layout.DirectMap, user | 1, user},
		"code, to write":         {text, user | errorWrite, user | errorWrite | 1},
		"data, to execute":       {buffer, user | errorFetch | 1, user | errorFetch | 1},
		"the processor's tables": {buffer, 0, 0},
	} {
		r := newRig(t)
		th := r.p.Threads.Current()
		th.Frame.Vector, th.Frame.Error = exceptionPage, c.errors
		r.p.Exception(th, c.address)
		if c.told == none {
			if e, _ := r.p.Space.Tables.Lookup(c.address); th.Frame.IP != text || e == 0 {
				t.Errorf("%s: leads to %#x: want the page", name, th.Frame.IP)
			}
			continue
		}
		if a := r.area(1); th.Frame.IP != libos.Upcall || a.Frame.Error != c.told ||
			a.Address != c.address {
			t.Errorf("%s: leads to %#x with error %#x at %#x: want %#x at %#x", name, th.Frame.IP,
				a.Frame.Error, a.Address, c.told, c.address)
		}
	}
}

// Without memory for what the libOS is to be told, or for a page, the process ends.
func TestNoMemory(t *testing.T) {
	for vector, want := range map[uint64]uint64{1: drivercall.AreaAt(1), exceptionPage: buffer} {
		r := newRig(t)
		th := r.p.Threads.Current()
		for ok := true; ok; _, ok = r.frames.Take() {
		}
		th.Frame.Vector, th.Frame.Error = vector, drivercall.ErrorUser
		if r.p.Exception(th, buffer); r.needed&^0xfff != want&^0xfff || th.Frame.IP != text {
			t.Errorf("exception %d: needs %#x, goes on at %#x: want it to end for %#x", vector,
				r.needed, th.Frame.IP, want)
		}
	}
}

// A thread begins and goes on with all registers of the frame that the libOS gives, as far as they
// are its to choose.
func TestFramesOfLibos(t *testing.T) {
	given := thread.Frame{Registers: thread.Registers{R8: 1, R11: 2, CX: 3, AX: 4}, IP: text + 5,
		SP: 6, CS: layout.SelectorCode, SS: layout.SelectorData, Flags: ^uint64(0), Vector: 14}
	want := given
	want.CS, want.SS = layout.SelectorUserCode, layout.SelectorUserData
	want.Flags, want.Vector = 0x4_0ed7, thread.VectorResume
	r := newRig(t)
	put(r, buffer, given)
	th := r.p.Threads.Current()
	th.FSBase = 7
	r.want(2, drivercall.Spawn, buffer, none)
	r.want(3, drivercall.Spawn, buffer, 8)
	for id, fsBase := range map[thread.ID]uint64{2: 7, 3: 8} {
		if child := r.p.Threads.Get(id); child.Frame != want || child.FSBase != fsBase {
			t.Errorf("thread %d begins with %+v, FS base %d: want %+v, %d", id, child.Frame,
				child.FSBase, want, fsBase)
		}
	}
	if r.call(drivercall.Return, buffer); th.Frame != want {
		t.Errorf("goes on with %+v: want %+v", th.Frame, want)
	}
	given.IP = layout.UserEnd
	put(r, buffer, given)
	r.want(errno.EFAULT, drivercall.Return, buffer)
	r.want(errno.EFAULT, drivercall.Spawn, buffer, none)
}

// There are no more than ThreadsMax threads.
func TestSpawnRefuses(t *testing.T) {
	r := newRig(t)
	for id := int64(2); id <= thread.ThreadsMax; id++ {
		r.want(id, drivercall.Spawn, buffer, none)
	}
	r.want(errno.EAGAIN, drivercall.Spawn, buffer, none)
}

// An interruption ends a wait, and brings the thread to the libOS or, if it is there, has it do its
// last instructions again.
func TestInterrupt(t *testing.T) {
	result := errno.EINTR
	for at, want := range map[uint64]uint64{
		text: libos.Upcall, libos.Call: libos.Call, libos.Tail: libos.Tail,
		libos.Tail + 8: libos.Tail, libos.TailEnd: libos.TailEnd, libos.TextEnd: libos.Upcall,
		libos.TextStart - 1: libos.Upcall,
	} {
		for _, waits := range []bool{false, true} {
			r := newRig(t)
			r.want(2, drivercall.Spawn, buffer, none)
			th := r.p.Threads.Current()
			th.Frame.IP, th.Frame.AX = at, 5
			if waits {
				r.p.Threads.Wait(thread.Sleep, 0, 0)
			} else {
				r.p.Threads.Yield()
			}
			before := th.Frame
			if waits {
				before.AX = uint64(result)
			}
			r.want(0, drivercall.Interrupt, 1)
			if th.State() != thread.Ready || th.Frame.IP != want {
				t.Errorf("at %#x: in state %d at %#x: want it at %#x", at, th.State(), th.Frame.IP,
					want)
			}
			if a := r.area(1); want == libos.Upcall &&
				(a.Frame != before || a.Reason != drivercall.Interrupted) {
				t.Errorf("told of %+v: want %+v", a, before)
			}
		}
	}
}

// Whether a thread exists is told without a change to it.
func TestExists(t *testing.T) {
	r := newRig(t)
	r.want(2, drivercall.Spawn, buffer, none)
	first, second := r.p.Threads.Get(1), r.p.Threads.Get(2)
	before := second.Frame
	for id, want := range map[uint64]int64{
		0: errno.ESRCH, 1: 0, 2: 0, 3: errno.ESRCH, none: errno.ESRCH,
	} {
		r.want(want, drivercall.Exists, id)
	}
	if r.p.Threads.Current() != first || second.Frame != before {
		t.Errorf("the other thread is at %+v: want %+v", second.Frame, before)
	}
}

// A thread on the landing page of SYSCALL is where it came from: in the libOS, or not.
func TestLanding(t *testing.T) {
	for from, want := range map[uint64]uint64{
		text: libos.Upcall, libos.Call: layout.Stub + 1, libos.Tail + 8: libos.Tail,
	} {
		r := newRig(t)
		r.want(2, drivercall.Spawn, buffer, none)
		th := r.p.Threads.Current()
		th.Frame.IP, th.Frame.CX = layout.Stub+1, from
		r.p.Threads.Yield()
		if r.want(0, drivercall.Interrupt, 1); th.Frame.IP != want {
			t.Errorf("from %#x: goes on at %#x: want %#x", from, th.Frame.IP, want)
		}
		if want == libos.Tail && th.Frame.R11 != drivercall.AreaAt(1) {
			t.Errorf("has %#x in R11: want its area", th.Frame.R11)
		}
	}
}

// The end by a signal tells what the libOS says of it; a frame that cannot be read does not keep it
// from ending.
func TestKill(t *testing.T) {
	r := newRig(t)
	th := r.p.Threads.Current()
	th.Frame.Vector, th.Frame.Error = exceptionPage, drivercall.ErrorUser
	r.p.Exception(th, bad)
	r.call(drivercall.Kill, 11, drivercall.AreaAt(1)+drivercall.AreaFrame, bad)
	if r.killed != [4]uint64{11, text, exceptionPage, bad} {
		t.Errorf("killed by %#x: want 11 at %#x, exception 14 at %#x", r.killed, text, bad)
	}
	r.call(drivercall.Kill, 6, bad, 0)
	if r.killed != [4]uint64{6, libos.Upcall, thread.VectorCall, 0} {
		t.Errorf("killed by %#x: want 6 at %#x", r.killed, libos.Upcall)
	}
}

// Samples are taken of the thread that runs, as often as was asked for and no more often than there
// is a use for, until they are no longer wanted; none while the libOS runs, or the core rests.
func TestSample(t *testing.T) {
	r := newRig(t)
	th := r.p.Threads.Current()
	taken := func(nanos uint64) bool {
		r.now += nanos
		th.Frame.IP = text
		before := th.Frame
		r.p.Expire(r.now)
		isTold := r.area(1).Frame == before && r.area(1).Reason == drivercall.Sampled
		if led := th.Frame.IP == libos.Upcall; led != isTold {
			t.Fatalf("goes on at %#x, told of %+v", th.Frame.IP, r.area(1))
		}
		put(r, drivercall.AreaAt(1)+drivercall.AreaFrame, uint64(0xdead))
		return th.Frame.IP == libos.Upcall
	}
	const millisecond = 1_000_000
	if taken(millisecond) {
		t.Error("a sample that nobody has asked for")
	}
	r.want(0, drivercall.Sample, 10*millisecond)
	if !taken(0) || taken(10*millisecond-1) || !taken(1) {
		t.Error("samples do not come at once, and then every 10 ms")
	}
	if next := r.p.Threads.NextDeadline(); next != r.now+10*millisecond {
		t.Errorf("the next deadline is %d: want the next sample's", next)
	}
	r.now += 10 * millisecond
	th.Frame.IP = libos.Call + 2
	if r.p.Expire(r.now); th.Frame.IP != libos.Call+2 {
		t.Error("a sample is taken of the libOS")
	}
	th.Frame.IP = text
	r.put(buffer, 0, 10*millisecond)
	r.call(sysNanosleep, buffer)
	r.now += 10 * millisecond
	if r.p.Expire(r.now); r.p.Threads.Current() != th || th.Frame.IP != text {
		t.Errorf("rested, goes on at %#x: want no sample", th.Frame.IP)
	}
	for asked, want := range map[uint64]uint64{1: sampleNanosMin, ^uint64(0): sampleNanosMax} {
		r.want(0, drivercall.Sample, asked)
		if taken(0); taken(want-1) || !taken(1) {
			t.Errorf("asked for each %d ns, samples do not come each %d", asked, want)
		}
	}
	r.want(0, drivercall.Sample, 0)
	if taken(sampleNanosMax) || r.p.Threads.NextDeadline() != 0 {
		t.Error("samples that nobody wants any longer")
	}
}
