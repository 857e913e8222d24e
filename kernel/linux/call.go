package linux

import (
	"skerry/kernel/drivercall"
	"skerry/kernel/errno"
	"skerry/kernel/thread"
)

// settled is what a call returns that has set the registers itself, or will when its wait ends.
const settled int64 = -512

// A handler serves one call of the running thread and returns its result.
type handler func(p *Process, th *thread.Thread) int64

// Numbers of calls that are needed by name.
const (
	sysRead  = 0
	sysWrite = 1
)

// handlers has the calls that are served, by number (Linux's arch/x86/entry/syscalls/
// syscall_64.tbl). It never changes.
var handlers = [...]handler{
	sysRead:  (*Process).read,
	sysWrite: (*Process).write,
	3:        (*Process).close,
	5:        (*Process).fstat,
	8:        (*Process).lseek,
	9:        (*Process).mmap,
	10:       (*Process).mprotect,
	11:       (*Process).munmap,
	13:       (*Process).sigaction,
	14:       (*Process).sigprocmask,
	15:       (*Process).sigreturn,
	16:       (*Process).ioctl,
	17:       (*Process).pread,
	18:       (*Process).pwrite,
	24:       (*Process).yield,
	28:       (*Process).madvise,
	32:       (*Process).dup,
	35:       (*Process).nanosleep,
	39:       (*Process).getpid,
	56:       (*Process).clone,
	60:       (*Process).exit,
	62:       (*Process).kill,
	63:       (*Process).uname,
	72:       (*Process).fcntl,
	74:       (*Process).zero, // fsync
	75:       (*Process).zero, // fdatasync
	77:       (*Process).ftruncate,
	79:       (*Process).getcwd,
	99:       (*Process).sysinfo,
	102:      (*Process).zero, // getuid
	104:      (*Process).zero, // getgid
	107:      (*Process).zero, // geteuid
	108:      (*Process).zero, // getegid
	110:      (*Process).zero, // getppid
	131:      (*Process).sigaltstack,
	157:      (*Process).prctl,
	158:      (*Process).archPrctl,
	186:      (*Process).gettid,
	202:      (*Process).futex,
	204:      (*Process).getaffinity,
	217:      (*Process).getdents,
	218:      (*Process).setTIDAddress,
	228:      (*Process).clockGettime,
	230:      (*Process).clockNanosleep,
	231:      (*Process).exitGroup,
	233:      (*Process).epollCtl,
	234:      (*Process).tgkill,
	257:      (*Process).openat,
	258:      (*Process).mkdirat,
	262:      (*Process).newfstatat,
	263:      (*Process).unlinkat,
	264:      (*Process).renameat,
	267:      (*Process).readlinkat,
	269:      (*Process).faccessat,
	281:      (*Process).epollPwait,
	290:      (*Process).eventfd,
	291:      (*Process).epollCreate,
	302:      (*Process).prlimit,
	318:      (*Process).getrandom,
	439:      (*Process).faccessat, // faccessat2
}

// Call serves the system call in the running thread's registers. Then there may be no running
// thread.
func (p *Process) Call() {
	p.Calls++
	p.serve(p.Threads.Current())
}

func (p *Process) serve(th *thread.Thread) {
	number, result := th.Frame.AX, errno.ENOSYS
	if number < uint64(len(handlers)) && handlers[number] != nil {
		result = handlers[number](p, th)
	} else if number >= drivercall.First && number <= drivercall.Last {
		result = p.Machine.Call(&th.Frame)
	} else {
		p.countUnknown(number)
	}
	if result != settled {
		th.Frame.AX = uint64(result)
	}
}

func (p *Process) countUnknown(number uint64) {
	count := &p.unknown[min(number, unknownMax-1)]
	*count++
	p.Machine.Unknown(number, *count)
}

// Unknown returns how many calls of a number were not served; those of all numbers from 511 on are
// counted together.
func (p *Process) Unknown(number uint64) uint64 { return p.unknown[min(number, unknownMax-1)] }
