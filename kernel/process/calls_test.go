package process

import (
	"syscall"
	"testing"

	"skerry/kernel/drivercall"
	"skerry/kernel/errno"
	"skerry/kernel/layout"
	"skerry/kernel/thread"
)

const (
	bad           = 0x1000
	kernelAddress = 0xffff_8000_0000_0000
	hole          = 0x8000_0000_0000
	none          = ^uint64(0)
)

// numbers has the calls that are served, as Linux numbers them.
var numbers = []uint64{
	syscall.SYS_MMAP, syscall.SYS_MPROTECT, syscall.SYS_MUNMAP, syscall.SYS_SCHED_YIELD,
	syscall.SYS_MADVISE, syscall.SYS_NANOSLEEP, syscall.SYS_EXIT, syscall.SYS_ARCH_PRCTL,
	syscall.SYS_GETTID, syscall.SYS_FUTEX, syscall.SYS_EXIT_GROUP,
}

// Calls have Linux's numbers, and all others lead to the libOS.
func TestNumbers(t *testing.T) {
	served := map[uint64]bool{}
	for _, n := range numbers {
		served[n] = true
	}
	for n := range uint64(512) {
		r := newRig(t)
		th := r.p.Threads.Current()
		r.call(n)
		if got := th.Frame.IP != libos.Call; got != served[n] {
			t.Errorf("call %d: served %t: want %t", n, got, served[n])
		}
	}
}

type resultCase struct {
	name   string
	want   int64
	number uint64
	args   []uint64
}

var memoryResults = []resultCase{
	{"mmap nothing", errno.EINVAL, syscall.SYS_MMAP, []uint64{0, 0, 3, 0x22, none, 0}},
	{"mmap all", errno.ENOMEM, syscall.SYS_MMAP, []uint64{0, none, 3, 0x22, none, 0}},
	{"mmap", layout.MapStart, syscall.SYS_MMAP, []uint64{0, 1, 3, 0x22, none, 0}},
	{"mmap wish", 0xc0_0000_0000, syscall.SYS_MMAP,
		[]uint64{0xc0_0000_0000, 1 << 26, 0, 0x22, none, 0}},
	{"mmap wish among windows", layout.MapStart, syscall.SYS_MMAP,
		[]uint64{layout.Windows + layout.BlockBytes, 4096, 3, 0x22, none, 0}},
	{"mmap a file", errno.ENODEV, syscall.SYS_MMAP, []uint64{0, 4096, 1, 2, 1, 0}},
	{"mmap over the driver", errno.EINVAL, syscall.SYS_MMAP,
		[]uint64{0x20_0000, 4096, 3, 0x32, none, 0}},
	{"mmap over the clock", errno.EPERM, syscall.SYS_MMAP,
		[]uint64{layout.Clock, 4096, 3, 0x32, none, 0}},
	{"mmap over the libOS", errno.EPERM, syscall.SYS_MMAP,
		[]uint64{layout.Libos, 4096, 3, 0x32, none, 0}},
	{"munmap windows", errno.EPERM, syscall.SYS_MUNMAP,
		[]uint64{layout.Windows - 4096, 8192}},
	{"munmap an area", errno.EPERM, syscall.SYS_MUNMAP, []uint64{layout.Areas, 4096}},
	{"munmap all", errno.EPERM, syscall.SYS_MUNMAP,
		[]uint64{layout.UserStart, layout.UserEnd - layout.UserStart}},
	{"mprotect clock", errno.EPERM, syscall.SYS_MPROTECT, []uint64{layout.Clock, 4096, 3}},
	{"mprotect the libOS", errno.EPERM, syscall.SYS_MPROTECT,
		[]uint64{layout.Libos + 4096, 4096, 7}},
	{"mprotect round the end", errno.EPERM, syscall.SYS_MPROTECT,
		[]uint64{layout.Clock - 4096, ^uint64(0) - layout.Clock, 3}},
	{"mprotect a hole", errno.ENOMEM, syscall.SYS_MPROTECT, []uint64{0x6000_0000, 4096, 1}},
	{"madvise free", 0, syscall.SYS_MADVISE, []uint64{buffer, 4096, 4}},
	{"madvise a temporary file", 0, syscall.SYS_MADVISE,
		[]uint64{layout.Temporary, layout.TemporaryBytes, 4}},
	{"madvise huge pages", 0, syscall.SYS_MADVISE, []uint64{buffer, 4096, 14}},
	{"madvise collapse", errno.EINVAL, syscall.SYS_MADVISE, []uint64{buffer, 4096, 25}},
	{"madvise odd", errno.EINVAL, syscall.SYS_MADVISE, []uint64{buffer + 1, 4096, 4}},
}

var otherResults = []resultCase{
	{"gettid", 1, syscall.SYS_GETTID, nil},
	{"driver call", 7, drivercall.Kick, []uint64{3, 4}},
	{"arch_prctl", 0, syscall.SYS_ARCH_PRCTL, []uint64{0x1002, buffer}},
	{"arch_prctl hole", errno.EPERM, syscall.SYS_ARCH_PRCTL, []uint64{0x1002, hole}},
	{"arch_prctl get", 0, syscall.SYS_ARCH_PRCTL, []uint64{0x1003, buffer}},
	{"arch_prctl get to nowhere", errno.EFAULT, syscall.SYS_ARCH_PRCTL, []uint64{0x1003, bad}},
	{"arch_prctl get to the clock", errno.EFAULT, syscall.SYS_ARCH_PRCTL,
		[]uint64{0x1003, layout.Clock}},
	{"arch_prctl of GS", errno.EINVAL, syscall.SYS_ARCH_PRCTL, []uint64{0x1001, buffer}},
	{"futex wake nobody", 0, syscall.SYS_FUTEX, []uint64{buffer, 129, 1}},
	{"futex wait for another", errno.EAGAIN, syscall.SYS_FUTEX, []uint64{buffer, 128, 1}},
	{"futex wait nowhere", errno.EFAULT, syscall.SYS_FUTEX, []uint64{bad, 128, 0}},
	{"futex odd", errno.EINVAL, syscall.SYS_FUTEX, []uint64{buffer + 2, 128, 0}},
	{"futex requeue", errno.ENOSYS, syscall.SYS_FUTEX, []uint64{buffer, 3, 0}},
	{"nanosleep nowhere", errno.EFAULT, syscall.SYS_NANOSLEEP, []uint64{bad}},
	{"return to nowhere", errno.EFAULT, drivercall.Return, []uint64{bad}},
	{"return to the kernel", errno.EFAULT, drivercall.Return, []uint64{kernelAddress}},
	{"return in the hole", errno.EFAULT, drivercall.Return, []uint64{hole - 8}},
	{"spawn nowhere", errno.EFAULT, drivercall.Spawn, []uint64{bad, none}},
	{"spawn", 2, drivercall.Spawn, []uint64{buffer, none}},
	{"spawn with an FS base", 2, drivercall.Spawn, []uint64{buffer, buffer}},
	{"spawn with a bad FS base", errno.EPERM, drivercall.Spawn, []uint64{buffer, hole}},
	{"interrupt nobody", errno.ESRCH, drivercall.Interrupt, []uint64{2}},
	{"interrupt no thread", errno.ESRCH, drivercall.Interrupt, []uint64{0}},
	{"interrupt far away", errno.ESRCH, drivercall.Interrupt, []uint64{none}},
	{"memory", 0, drivercall.Memory, []uint64{buffer}},
	{"memory to nowhere", errno.EFAULT, drivercall.Memory, []uint64{text}},
}

// What a call returns is what Linux returns, for good arguments and bad.
func TestResults(t *testing.T) {
	for _, c := range append(memoryResults, otherResults...) {
		r := newRig(t)
		if got := r.call(c.number, c.args...); got != c.want {
			t.Errorf("%s: %d: want %d", c.name, got, c.want)
		}
		if err := r.invariants(); err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

// The driver's memory that a page shows keeps its rights, and what is given back is zeros again.
func TestMemory(t *testing.T) {
	r := newRig(t)
	r.put(buffer, 1)
	r.want(0, syscall.SYS_MADVISE, buffer, 4096, 4)
	if v := r.word(buffer); v != 0 {
		t.Errorf("%d after MADV_DONTNEED: want 0", v)
	}
	r.want(errno.EFAULT, drivercall.Memory, text)
	r.want(0, syscall.SYS_MPROTECT, text, 4096, 3)
	r.want(0, drivercall.Memory, text) // brings its page in
	r.want(0, drivercall.Memory, text)
	total, used := r.word(text), r.word(text+8)
	if total != arenaEnd-poolAt || used != r.frames.Used()*4096 {
		t.Errorf("told of %#x bytes of %#x: want what there is", used, total)
	}
	if err := r.invariants(); err != nil {
		t.Error(err)
	}
}

// Threads wait on futexes until they are woken or their time is up, sleep, and end, and the process
// ends with the last one.
func TestThreads(t *testing.T) {
	r := newRig(t)
	put(r, buffer+64, thread.Frame{IP: text})
	r.want(2, drivercall.Spawn, buffer+64, none)
	r.put(buffer, 5)
	r.want(waiting, syscall.SYS_FUTEX, buffer, 128, 5, 0)
	r.want(1, syscall.SYS_FUTEX, buffer, 129, 1)
	r.want(waiting, syscall.SYS_EXIT, 0)
	th := r.p.Threads.Current()
	if th == nil || th.ID() != 1 || th.Frame.AX != 0 {
		t.Fatalf("thread %+v goes on: want the first, with 0", th)
	}
	r.put(buffer, 0)
	r.put(buffer+16, 1, 500)
	r.want(waiting, syscall.SYS_FUTEX, buffer, 128, 0, buffer+16)
	if r.resume(second) {
		t.Error("a second is over too soon")
	}
	if r.resume(1000); int64(th.Frame.AX) != errno.ETIMEDOUT {
		t.Errorf("result %d: want %d", int64(th.Frame.AX), errno.ETIMEDOUT)
	}
	r.put(buffer+16, 0, 1)
	r.want(waiting, syscall.SYS_NANOSLEEP, buffer+16, 0)
	if next := r.p.Threads.NextDeadline(); next != r.now+sleepNanosMin {
		t.Errorf("sleeps until %d, now is %d: want %d more", next, r.now, sleepNanosMin)
	}
	if r.resume(sleepNanosMin - 1) {
		t.Error("a nanosecond is over too soon")
	}
	r.resume(sleepNanosMin)
	r.want(waiting, syscall.SYS_EXIT, 7)
	if !r.exited || r.status != 7 || th.State() != thread.Free {
		t.Errorf("the process has exited %t, status %d: want 7", r.exited, r.status)
	}
}

// What comes from outside is counted, and who waits for it goes on.
func TestRing(t *testing.T) {
	r := newRig(t)
	rings, events := uint64(layout.Pulse+layout.PulseRings), uint64(layout.Pulse+layout.PulseEvents)
	for _, ring := range []func(){r.p.Ring, r.p.Notify} {
		r.want(waiting, syscall.SYS_FUTEX, events, 128, r.word(events)&0xffff_ffff, 0)
		if ring(); r.p.Threads.Current() == nil || r.p.Threads.Current().Frame.AX != 0 {
			t.Error("nobody goes on: want who waits for events")
		}
	}
	r.put(buffer, 0, 1)
	r.want(waiting, syscall.SYS_FUTEX, events, 128, r.word(events)&0xffff_ffff, buffer)
	r.resume(second)
	r.want(waiting, syscall.SYS_NANOSLEEP, buffer, 0)
	if r.p.Notify(); r.p.Threads.Current() != nil {
		t.Error("who sleeps goes on: want only who waits for events")
	}
	if r.word(rings) != 1 || r.word(events) != 3 {
		t.Errorf("%d rings, %d events: want 1 of 3", r.word(rings), r.word(events))
	}
}
