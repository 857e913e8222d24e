package linux

import (
	"syscall"
	"testing"

	"skerry/kernel/drivercall"
	"skerry/kernel/errno"
	"skerry/kernel/layout"
	"skerry/kernel/thread"
)

// Calls have Linux's numbers.
func TestNumbers(t *testing.T) {
	numbers := []uint64{
		syscall.SYS_READ, syscall.SYS_WRITE, syscall.SYS_CLOSE, syscall.SYS_FSTAT,
		syscall.SYS_LSEEK, syscall.SYS_MMAP, syscall.SYS_MPROTECT, syscall.SYS_MUNMAP,
		syscall.SYS_RT_SIGACTION,
		syscall.SYS_RT_SIGPROCMASK, syscall.SYS_RT_SIGRETURN,
		syscall.SYS_PREAD64, syscall.SYS_PWRITE64, syscall.SYS_SCHED_YIELD, syscall.SYS_MADVISE,
		syscall.SYS_NANOSLEEP, syscall.SYS_GETPID, syscall.SYS_CLONE,
		syscall.SYS_EXIT, syscall.SYS_KILL, syscall.SYS_UNAME, syscall.SYS_FCNTL,
		syscall.SYS_FSYNC, syscall.SYS_FDATASYNC, syscall.SYS_FTRUNCATE, syscall.SYS_GETCWD,
		syscall.SYS_SYSINFO, syscall.SYS_GETUID, syscall.SYS_GETGID, syscall.SYS_GETEUID,
		syscall.SYS_GETEGID, syscall.SYS_GETPPID, syscall.SYS_SIGALTSTACK, syscall.SYS_PRCTL,
		syscall.SYS_ARCH_PRCTL, syscall.SYS_GETTID, syscall.SYS_FUTEX,
		syscall.SYS_SCHED_GETAFFINITY, syscall.SYS_GETDENTS64,
		syscall.SYS_CLOCK_GETTIME, syscall.SYS_EXIT_GROUP,
		syscall.SYS_EPOLL_CTL, syscall.SYS_TGKILL, syscall.SYS_OPENAT, syscall.SYS_MKDIRAT,
		syscall.SYS_NEWFSTATAT, syscall.SYS_UNLINKAT, syscall.SYS_RENAMEAT,
		syscall.SYS_READLINKAT, syscall.SYS_EPOLL_PWAIT,
		syscall.SYS_EVENTFD2, syscall.SYS_EPOLL_CREATE1, syscall.SYS_PRLIMIT64,
		318, // getrandom
	}
	served := map[uint64]bool{}
	for _, n := range numbers {
		served[n] = true
	}
	for n := range uint64(len(handlers)) {
		if isServed(n) != served[n] {
			t.Errorf("call %d: served %t: want %t", n, isServed(n), served[n])
		}
	}
}

const (
	bad           = 0x1000
	kernelAddress = 0xffff_8000_0000_0000
	hole          = 0x8000_0000_0000
	none          = ^uint64(0)
)

type resultCase struct {
	name   string
	want   int64
	number uint64
	args   []uint64
}

var memoryResults = []resultCase{
	{"getpid", 1, syscall.SYS_GETPID, nil},
	{"gettid", 1, syscall.SYS_GETTID, nil},
	{"unknown", errno.ENOSYS, 41, nil},
	{"fork", errno.ENOSYS, syscall.SYS_FORK, nil},
	{"far unknown", errno.ENOSYS, none, nil},
	{"driver call", 7, drivercall.Kick, []uint64{3, 4}},
	{"beyond driver calls", errno.ENOSYS, drivercall.Last + 1, nil},
	{"write nothing", 0, syscall.SYS_WRITE, []uint64{1, bad, 0}},
	{"write from nowhere", errno.EFAULT, syscall.SYS_WRITE, []uint64{1, bad, 1}},
	{"write across the end", 16, syscall.SYS_WRITE, []uint64{1, bufferEnd - 16, 32}},
	{"write kernel memory", errno.EFAULT, syscall.SYS_WRITE, []uint64{1, kernelAddress, 8}},
	{"write the hole", errno.EFAULT, syscall.SYS_WRITE, []uint64{1, hole, 8}},
	{"write closed", errno.EBADF, syscall.SYS_WRITE, []uint64{9, buffer, 1}},
	{"write to -1", errno.EBADF, syscall.SYS_WRITE, []uint64{none, buffer, 1}},
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
	{"munmap windows", errno.EPERM, syscall.SYS_MUNMAP,
		[]uint64{layout.Windows - 4096, 8192}},
	{"mprotect clock", errno.EPERM, syscall.SYS_MPROTECT, []uint64{layout.Clock, 4096, 3}},
	{"mprotect round the end", errno.EPERM, syscall.SYS_MPROTECT,
		[]uint64{layout.Clock - 4096, ^uint64(0) - layout.Clock, 3}},
	{"mprotect a hole", errno.ENOMEM, syscall.SYS_MPROTECT, []uint64{0x6000_0000, 4096, 1}},
	{"madvise free", 0, syscall.SYS_MADVISE, []uint64{buffer, 4096, 4}},
	{"madvise huge pages", 0, syscall.SYS_MADVISE, []uint64{buffer, 4096, 14}},
	{"madvise collapse", errno.EINVAL, syscall.SYS_MADVISE, []uint64{buffer, 4096, 25}},
	{"madvise odd", errno.EINVAL, syscall.SYS_MADVISE, []uint64{buffer + 1, 4096, 4}},
}

var otherResults = []resultCase{
	{"dup", errno.ENOSYS, syscall.SYS_DUP, []uint64{1}},
	{"fork by clone", errno.ENOSYS, syscall.SYS_CLONE, []uint64{17, 0}},
	{"clone with a bad FS base", errno.EPERM, syscall.SYS_CLONE,
		[]uint64{0xd0f00, buffer, 0, 0, hole}},
	{"arch_prctl", 0, syscall.SYS_ARCH_PRCTL, []uint64{0x1002, buffer}},
	{"arch_prctl hole", errno.EPERM, syscall.SYS_ARCH_PRCTL, []uint64{0x1002, hole}},
	{"futex wake nobody", 0, syscall.SYS_FUTEX, []uint64{buffer, 129, 1}},
	{"futex wait for another", errno.EAGAIN, syscall.SYS_FUTEX, []uint64{buffer, 128, 1}},
	{"futex wait nowhere", errno.EFAULT, syscall.SYS_FUTEX, []uint64{bad, 128, 0}},
	{"futex odd", errno.EINVAL, syscall.SYS_FUTEX, []uint64{buffer + 2, 128, 0}},
	{"futex requeue", errno.ENOSYS, syscall.SYS_FUTEX, []uint64{buffer, 3, 0}},
	{"nanosleep nowhere", errno.EFAULT, syscall.SYS_NANOSLEEP, []uint64{bad}},
	{"affinity", 8, syscall.SYS_SCHED_GETAFFINITY, []uint64{0, 8192, buffer}},
	{"no clock", errno.EINVAL, syscall.SYS_CLOCK_GETTIME, []uint64{2, buffer}},
	{"clock nowhere", errno.EFAULT, syscall.SYS_CLOCK_GETTIME, []uint64{1, bad}},
	{"tgkill nobody", errno.ESRCH, syscall.SYS_TGKILL, []uint64{1, 2, 23}},
	{"tgkill with no signal", errno.EINVAL, syscall.SYS_TGKILL, []uint64{1, 1, 65}},
	{"sigaction KILL", errno.EINVAL, syscall.SYS_RT_SIGACTION, []uint64{9, buffer, 0, 8}},
	{"sigaction", 0, syscall.SYS_RT_SIGACTION, []uint64{64, 0, buffer, 8}},
	{"sigaction of 0", errno.EINVAL, syscall.SYS_RT_SIGACTION, []uint64{0, 0, buffer, 8}},
	{"epoll of no epoll", errno.EINVAL, syscall.SYS_EPOLL_PWAIT, []uint64{0, buffer, 1, 0}},
	{"eventfd", 3, syscall.SYS_EVENTFD2, []uint64{0, 0x80800}},
	{"prlimit", 0, syscall.SYS_PRLIMIT64, []uint64{0, 7, 0, buffer}},
	{"uname", 0, syscall.SYS_UNAME, []uint64{buffer}},
	{"uname nowhere", errno.EFAULT, syscall.SYS_UNAME, []uint64{bufferEnd - 100}},
	{"getrandom", 4096, 318, []uint64{buffer, 4096, 0}},
	{"flags of stdout", 1, syscall.SYS_FCNTL, []uint64{1, 3}},
	{"getcwd", 2, syscall.SYS_GETCWD, []uint64{buffer, 4096}},
	{"seek the console", errno.ESPIPE, syscall.SYS_LSEEK, []uint64{1, 0, 0}},
	{"path from nowhere", errno.EFAULT, syscall.SYS_OPENAT, []uint64{0xffffff9c, bad, 0}},
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

// The two clocks are those of the vDSO: one from the machine's start, one from 1970.
func TestClocks(t *testing.T) {
	r := newRig(t)
	r.now = 3 * second
	for clock, want := range []uint64{1_700_000_003, 3} {
		r.want(0, syscall.SYS_CLOCK_GETTIME, uint64(clock), buffer)
		if s, ns := r.word(buffer), r.word(buffer+8); s != want || ns >= second/2 {
			t.Errorf("clock %d: %d s %d ns: want %d s, and little more", clock, s, ns, want)
		}
	}
}

// Calls that are not served are counted by number.
func TestUnknown(t *testing.T) {
	r := newRig(t)
	for range 3 {
		r.want(errno.ENOSYS, 41)
		r.want(errno.ENOSYS, 1<<40)
		r.want(errno.ENOSYS, 9999)
	}
	if r.unknown[41] != 3 || r.unknown[9999] != 6 || r.p.Calls != 9 {
		t.Errorf("counted %v of %d: want 3, 6", r.unknown, r.p.Calls)
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
	r.want(errno.EFAULT, syscall.SYS_PRLIMIT64, 0, 3, 0, layout.Clock)
	r.want(errno.EFAULT, syscall.SYS_PRLIMIT64, 0, 3, 0, text)
	r.want(0, syscall.SYS_MPROTECT, text, 4096, 3)
	r.want(0, syscall.SYS_PRLIMIT64, 0, 3, 0, text)
	if err := r.invariants(); err != nil {
		t.Error(err)
	}
}

// Threads begin with what clone gave them, wait on futexes, and end.
func TestThreads(t *testing.T) {
	r := newRig(t)
	r.want(errno.ENOSYS, syscall.SYS_CLONE, 0x3d0f00, bufferEnd, 0, 0, layout.MapStart)
	r.want(2, syscall.SYS_CLONE, 0xd0f00, bufferEnd, 0, 0, layout.MapStart)
	r.put(buffer, 5)
	r.want(waiting, syscall.SYS_FUTEX, buffer, 128, 5, 0)
	r.resume(0)
	child := r.p.Threads.Current()
	if child.ID() != 2 || child.Frame.AX != 0 || child.Frame.SP != bufferEnd ||
		child.FSBase != layout.MapStart {
		t.Errorf("the child is thread %d, %+v", child.ID(), child.Frame)
	}
	r.want(1, syscall.SYS_FUTEX, buffer, 129, 1)
	r.want(waiting, syscall.SYS_EXIT, 0)
	r.resume(0)
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

// A signal that a thread sends itself runs its handler, and the thread goes on behind it.
func TestSignals(t *testing.T) {
	r := newRig(t)
	const handler, restorer, urgent = text + 8, text + 16, 23
	r.put(buffer, handler, 0x1400_0004, restorer, ^uint64(0))
	r.want(0, syscall.SYS_RT_SIGACTION, urgent, buffer, 0, 8)
	r.want(0, syscall.SYS_TGKILL, 1, 1, urgent)
	th := r.p.Threads.Current()
	before := th.Frame
	if r.p.Resume() == nil || th.Frame.IP != handler || th.Frame.DI != urgent {
		t.Fatalf("goes on with %+v: want the handler", th.Frame)
	}
	if r.word(th.Frame.SP) != restorer {
		t.Errorf("returns to %#x: want the restorer", r.word(th.Frame.SP))
	}
	th.Frame.SP += 8
	r.call(syscall.SYS_RT_SIGRETURN)
	after := th.Frame
	after.Vector = before.Vector
	if after != before {
		t.Errorf("goes on with %+v: want %+v", after, before)
	}
	r.want(0, syscall.SYS_KILL, 1, 15)
	if r.p.Resume(); r.killed != 15 {
		t.Errorf("ended by signal %d: want 15", r.killed)
	}
}
