package linux

import (
	"skerry/kernel/drivercall"
	"skerry/kernel/errno"
	"skerry/kernel/thread"
)

// settled is what a call returns that has set the registers itself, or will when its wait ends.
const settled int64 = -512

// A handler serves one call of the running thread and returns its result. One that works on a file
// gets that of the descriptor in the first argument.
type handler struct {
	plain  func(p *Process, th *thread.Thread) int64
	onFile func(p *Process, th *thread.Thread, o *open) int64
}

// Numbers of calls that are needed by name.
const (
	sysRead  = 0
	sysWrite = 1
)

// handlers has the calls that are served, by number (Linux's arch/x86/entry/syscalls/
// syscall_64.tbl). It never changes.
var handlers = [...]handler{
	sysRead:  {onFile: (*Process).read},
	sysWrite: {onFile: (*Process).write},
	3:        {onFile: (*Process).close},
	5:        {onFile: (*Process).fstat},
	8:        {onFile: (*Process).lseek},
	9:        {plain: (*Process).mmap},
	10:       {plain: (*Process).mprotect},
	11:       {plain: (*Process).munmap},
	13:       {plain: (*Process).sigaction},
	14:       {plain: (*Process).sigprocmask},
	15:       {plain: (*Process).sigreturn},
	17:       {onFile: (*Process).pread},
	18:       {onFile: (*Process).pwrite},
	24:       {plain: (*Process).yield},
	28:       {plain: (*Process).madvise},
	35:       {plain: (*Process).nanosleep},
	39:       {plain: (*Process).getpid},
	56:       {plain: (*Process).clone},
	60:       {plain: (*Process).exit},
	62:       {plain: (*Process).kill},
	63:       {plain: (*Process).uname},
	72:       {onFile: (*Process).fcntl},
	74:       {plain: (*Process).zero}, // fsync
	75:       {plain: (*Process).zero}, // fdatasync
	77:       {onFile: (*Process).ftruncate},
	79:       {plain: (*Process).getcwd},
	99:       {plain: (*Process).sysinfo},
	102:      {plain: (*Process).zero}, // getuid
	104:      {plain: (*Process).zero}, // getgid
	107:      {plain: (*Process).zero}, // geteuid
	108:      {plain: (*Process).zero}, // getegid
	110:      {plain: (*Process).zero}, // getppid
	131:      {plain: (*Process).sigaltstack},
	157:      {plain: (*Process).prctl},
	158:      {plain: (*Process).archPrctl},
	186:      {plain: (*Process).gettid},
	202:      {plain: (*Process).futex},
	204:      {plain: (*Process).getaffinity},
	217:      {onFile: (*Process).getdents},
	228:      {plain: (*Process).clockGettime},
	231:      {plain: (*Process).exitGroup},
	233:      {onFile: (*Process).epollCtl},
	234:      {plain: (*Process).tgkill},
	257:      {plain: (*Process).openat},
	258:      {plain: (*Process).mkdirat},
	262:      {plain: (*Process).newfstatat},
	263:      {plain: (*Process).unlinkat},
	264:      {plain: (*Process).renameat},
	267:      {plain: (*Process).readlinkat},
	281:      {onFile: (*Process).epollPwait},
	290:      {plain: (*Process).eventfd},
	291:      {plain: (*Process).epollCreate},
	302:      {plain: (*Process).prlimit},
	318:      {plain: (*Process).getrandom},
}

// Call serves the system call in the registers of th, which is running. Then no thread may be.
func (p *Process) Call(th *thread.Thread) {
	p.Calls++
	number, result := th.Frame.AX, int64(0)
	switch {
	case number < uint64(len(handlers)) && handlers[number].plain != nil:
		result = handlers[number].plain(p, th)
	case number < uint64(len(handlers)) && handlers[number].onFile != nil:
		result = errno.EBADF
		if o := p.file(th.Frame.DI); o != nil {
			result = handlers[number].onFile(p, th, o)
		}
	case number >= drivercall.First && number <= drivercall.Last:
		result = p.Machine.Call(&th.Frame)
	default:
		result = errno.ENOSYS
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
