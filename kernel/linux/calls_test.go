package linux

import (
	"syscall"
	"testing"

	"skerry/kernel/drivercall"
	"skerry/kernel/errno"
)

// Calls have Linux's numbers.
func TestNumbers(t *testing.T) {
	numbers := []uint64{
		syscall.SYS_READ, syscall.SYS_WRITE, syscall.SYS_CLOSE, syscall.SYS_FSTAT,
		syscall.SYS_LSEEK, syscall.SYS_RT_SIGACTION,
		syscall.SYS_RT_SIGPROCMASK, syscall.SYS_RT_SIGRETURN,
		syscall.SYS_PREAD64, syscall.SYS_PWRITE64,
		syscall.SYS_SETITIMER, syscall.SYS_GETPID, syscall.SYS_CLONE,
		syscall.SYS_KILL, syscall.SYS_UNAME, syscall.SYS_FCNTL,
		syscall.SYS_FSYNC, syscall.SYS_FDATASYNC, syscall.SYS_FTRUNCATE, syscall.SYS_GETCWD,
		syscall.SYS_SYSINFO, syscall.SYS_GETUID, syscall.SYS_GETGID, syscall.SYS_GETEUID,
		syscall.SYS_GETEGID, syscall.SYS_GETPPID, syscall.SYS_SIGALTSTACK, syscall.SYS_PRCTL,
		syscall.SYS_SCHED_GETAFFINITY, syscall.SYS_GETDENTS64,
		syscall.SYS_CLOCK_GETTIME,
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

var results = []resultCase{
	{"getpid", 1, syscall.SYS_GETPID, nil},
	{"unknown", errno.ENOSYS, 41, nil},
	{"fork", errno.ENOSYS, syscall.SYS_FORK, nil},
	{"far unknown", errno.ENOSYS, none, nil},
	{"driver call", errno.ENOSYS, drivercall.Kick, []uint64{3, 4}},
	{"write nothing", 0, syscall.SYS_WRITE, []uint64{1, bad, 0}},
	{"write from nowhere", errno.EFAULT, syscall.SYS_WRITE, []uint64{1, bad, 1}},
	{"write from 0", errno.EFAULT, syscall.SYS_WRITE, []uint64{1, 0, 1}},
	{"write across the end", errno.EFAULT, syscall.SYS_WRITE, []uint64{1, bufferEnd - 16, 32}},
	{"write kernel memory", errno.EFAULT, syscall.SYS_WRITE, []uint64{1, kernelAddress, 8}},
	{"write the hole", errno.EFAULT, syscall.SYS_WRITE, []uint64{1, hole, 8}},
	{"write round the end", errno.EFAULT, syscall.SYS_WRITE, []uint64{1, none - 3, none}},
	{"write closed", errno.EBADF, syscall.SYS_WRITE, []uint64{9, buffer, 1}},
	{"write to -1", errno.EBADF, syscall.SYS_WRITE, []uint64{none, buffer, 1}},
	{"dup", errno.ENOSYS, syscall.SYS_DUP, []uint64{1}},
	{"fork by clone", errno.ENOSYS, syscall.SYS_CLONE, []uint64{17, 0}},
	{"clone with a bad FS base", errno.EPERM, syscall.SYS_CLONE,
		[]uint64{0xd0f00, buffer, 0, 0, hole}},
	{"affinity", 8, syscall.SYS_SCHED_GETAFFINITY, []uint64{0, 8192, buffer}},
	{"no clock", errno.EINVAL, syscall.SYS_CLOCK_GETTIME, []uint64{2, buffer}},
	{"clock nowhere", errno.EFAULT, syscall.SYS_CLOCK_GETTIME, []uint64{1, bad}},
	{"tgkill nobody", errno.ESRCH, syscall.SYS_TGKILL, []uint64{1, 2, 15}},
	{"tgkill with no signal", errno.EINVAL, syscall.SYS_TGKILL, []uint64{1, 1, 65}},
	{"sigaction KILL", errno.EINVAL, syscall.SYS_RT_SIGACTION, []uint64{9, buffer, 0, 8}},
	{"sigaction", 0, syscall.SYS_RT_SIGACTION, []uint64{64, 0, buffer, 8}},
	{"sigaction of 0", errno.EINVAL, syscall.SYS_RT_SIGACTION, []uint64{0, 0, buffer, 8}},
	{"epoll of no epoll", errno.EINVAL, syscall.SYS_EPOLL_PWAIT, []uint64{0, buffer, 1, 0}},
	{"eventfd", 3, syscall.SYS_EVENTFD2, []uint64{0, 0x80800}},
	{"prlimit", 0, syscall.SYS_PRLIMIT64, []uint64{0, 7, 0, buffer}},
	{"prlimit to what can be read", errno.EFAULT, syscall.SYS_PRLIMIT64,
		[]uint64{0, 3, 0, imageAt}},
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
	r := newRig(t)
	for _, c := range results {
		r.restart()
		if got := r.call(c.number, c.args...); got != c.want {
			t.Errorf("%s: %d: want %d", c.name, got, c.want)
		}
		if err := r.invariants(); err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

// A call that faults has taken nothing: what it would have told is told the next time.
func TestFaultsTakeNothing(t *testing.T) {
	r := newRig(t)
	event := uint64(r.call(syscall.SYS_EVENTFD2, 5, 0x800))
	r.want(errno.EFAULT, syscall.SYS_READ, event, bad, 8)
	r.want(8, syscall.SYS_READ, event, buffer, 8)
	if n := load[uint64](buffer); n != 5 {
		t.Errorf("an eventfd counts %d: want 5", n)
	}
	folder := uint64(r.call(syscall.SYS_OPENAT, atRoot, r.path("/"), 0))
	all := r.call(syscall.SYS_GETDENTS64, folder, buffer, 4096)
	r.want(0, syscall.SYS_LSEEK, folder, 0, 0)
	r.want(errno.EFAULT, syscall.SYS_GETDENTS64, folder, bufferEnd-50, 4096)
	r.want(all, syscall.SYS_GETDENTS64, folder, buffer, 4096)
	file := uint64(r.call(syscall.SYS_OPENAT, atRoot, r.path("/a"), 0))
	r.want(errno.EFAULT, syscall.SYS_READ, file, bufferEnd-5, 11)
	r.want(11, syscall.SYS_READ, file, buffer, 100)
}

// A write of what is not all memory changes nothing.
func TestFaultsWriteNothing(t *testing.T) {
	r := newRig(t)
	const size = 0x3000
	file := uint64(r.call(syscall.SYS_OPENAT, atRoot, r.path("/tmp/f"), 0x42))
	r.putText(buffer, "as it was")
	r.want(9, syscall.SYS_PWRITE64, file, buffer, 9, 0)
	for _, from := range []uint64{bad, bufferEnd - 1, bufferEnd - size + 1} {
		r.want(errno.EFAULT, syscall.SYS_PWRITE64, file, from, size, 0)
		r.want(errno.EFAULT, syscall.SYS_WRITE, file, from, size)
	}
	r.want(9, syscall.SYS_READ, file, buffer+0x1000, size)
	if got := string(r.get(buffer+0x1000, 9)); got != "as it was" {
		t.Errorf("the file has %q: want it as it was", got)
	}
}

// The two clocks are those of the vDSO: one from the machine's start, one from 1970.
func TestClocks(t *testing.T) {
	r := newRig(t)
	r.now = 3 * second
	for clock, want := range []uint64{1_700_000_003, 3} {
		r.want(0, syscall.SYS_CLOCK_GETTIME, uint64(clock), buffer)
		if s, ns := load[uint64](buffer), load[uint64](buffer+8); s != want || ns >= second/2 {
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
	if r.unknown[41] != 3 || r.unknown[9999] != 6 {
		t.Errorf("counted %v: want 3, 6", r.unknown)
	}
}

// A thread begins with what clone gave it, and with the blocked signals of the one that made it.
func TestClone(t *testing.T) {
	r := newRig(t)
	r.want(errno.ENOSYS, syscall.SYS_CLONE, 0x3d0f00, bufferEnd, 0, 0, buffer)
	r.put(buffer, 1<<10)
	r.want(0, syscall.SYS_RT_SIGPROCMASK, 0, buffer, 0, 8)
	r.th.Frame.SP = 77
	r.want(2, syscall.SYS_CLONE, 0xd0f00, bufferEnd, 0, 0, buffer)
	child := r.threads[1]
	if f := child.Frame; f.AX != 0 || f.SP != bufferEnd || r.th.Frame.SP != 77 {
		t.Errorf("the child begins with %+v", f)
	}
	if mask := r.p.thread(&child.Area).Mask; mask != 1<<10 {
		t.Errorf("the child blocks %#x: want %#x", mask, 1<<10)
	}
	for id := int64(3); id <= 64; id++ {
		r.want(id, syscall.SYS_CLONE, 0x50f00, bufferEnd)
	}
	r.want(errno.EAGAIN, syscall.SYS_CLONE, 0x50f00, bufferEnd)
}

// A signal that a thread sends itself runs its handler, and the thread goes on behind it.
func TestSignals(t *testing.T) {
	r := newRig(t)
	const handler, restorer, urgent = imageAt + 8, imageAt + 16, 23
	r.put(buffer, handler, 0x1400_0004, restorer, ^uint64(0))
	r.want(0, syscall.SYS_RT_SIGACTION, urgent, buffer, 0, 8)
	f := &r.th.Frame
	f.IP, f.SP = imageAt+24, bufferEnd-8
	before := *f
	r.call(syscall.SYS_TGKILL, 1, 1, urgent)
	if f.IP != handler || f.DI != urgent || load[uint64](f.SP) != restorer {
		t.Fatalf("goes on with %+v: want the handler", *f)
	}
	f.SP += 8
	r.call(syscall.SYS_RT_SIGRETURN)
	if f.IP != before.IP || f.SP != before.SP || f.AX != 0 || f.SI != 1 || f.DX != urgent {
		t.Errorf("goes on with %+v: want %+v", *f, before)
	}
	r.call(syscall.SYS_KILL, 1, 15)
	if r.killed != 15 {
		t.Errorf("ended by signal %d: want 15", r.killed)
	}
}

// Where there is no memory for a handler's frame, or none that could be one, the process ends.
func TestNoFrame(t *testing.T) {
	r := newRig(t)
	r.put(buffer, imageAt, 0x0400_0000, imageAt, 0)
	r.want(0, syscall.SYS_RT_SIGACTION, 23, buffer, 0, 8)
	r.th.Frame.SP = bad
	if r.call(syscall.SYS_TGKILL, 1, 1, 23); r.killed != signalOfFault {
		t.Errorf("ended by signal %d: want %d", r.killed, signalOfFault)
	}
	r.restart()
	r.th.Frame.SP = bad
	if r.call(syscall.SYS_RT_SIGRETURN); r.killed != signalOfFault {
		t.Errorf("ended by signal %d: want %d", r.killed, signalOfFault)
	}
}

const signalOfFault = 11
