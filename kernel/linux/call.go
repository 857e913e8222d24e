package linux

import (
	"skerry/kernel/drivercall"
	"skerry/kernel/errno"
	"skerry/kernel/signal"
	"skerry/kernel/thread"
)

// settled is what a call returns that has set the registers itself.
const settled int64 = -512

// A handler serves one call of a thread and returns its result. One that works on a file gets that
// of the descriptor in the first argument.
type handler struct {
	plain  func(p *Process, a *drivercall.Area) int64
	onFile func(p *Process, a *drivercall.Area, o *open) int64
}

// handlers has the calls that are served, by number (Linux's arch/x86/entry/syscalls/
// syscall_64.tbl). It never changes.
var handlers = [...]handler{
	0:   {onFile: (*Process).read},
	1:   {onFile: (*Process).write},
	3:   {onFile: (*Process).close},
	5:   {onFile: (*Process).fstat},
	8:   {onFile: (*Process).lseek},
	13:  {plain: (*Process).sigaction},
	14:  {plain: (*Process).sigprocmask},
	15:  {plain: (*Process).sigreturn},
	17:  {onFile: (*Process).pread},
	18:  {onFile: (*Process).pwrite},
	38:  {plain: (*Process).setitimer},
	39:  {plain: (*Process).getpid},
	56:  {plain: (*Process).clone},
	62:  {plain: (*Process).kill},
	63:  {plain: (*Process).uname},
	72:  {onFile: (*Process).fcntl},
	74:  {plain: (*Process).zero}, // fsync
	75:  {plain: (*Process).zero}, // fdatasync
	77:  {onFile: (*Process).ftruncate},
	79:  {plain: (*Process).getcwd},
	99:  {plain: (*Process).sysinfo},
	102: {plain: (*Process).zero}, // getuid
	104: {plain: (*Process).zero}, // getgid
	107: {plain: (*Process).zero}, // geteuid
	108: {plain: (*Process).zero}, // getegid
	110: {plain: (*Process).zero}, // getppid
	131: {plain: (*Process).sigaltstack},
	157: {plain: (*Process).prctl},
	204: {plain: (*Process).getaffinity},
	217: {onFile: (*Process).getdents},
	228: {plain: (*Process).clockGettime},
	233: {onFile: (*Process).epollCtl},
	234: {plain: (*Process).tgkill},
	257: {plain: (*Process).openat},
	258: {plain: (*Process).mkdirat},
	262: {plain: (*Process).newfstatat},
	263: {plain: (*Process).unlinkat},
	264: {plain: (*Process).renameat},
	267: {plain: (*Process).readlinkat},
	281: {onFile: (*Process).epollPwait},
	290: {plain: (*Process).eventfd},
	291: {plain: (*Process).epollCreate},
	302: {plain: (*Process).prlimit},
	318: {plain: (*Process).getrandom},
}

// Call serves the system call in the registers of a thread, which has come here by it. Where it
// leaves them, the thread goes on.
func (p *Process) Call(a *drivercall.Area) {
	p.lock(a)
	p.mutex.serving = true
	if !p.began {
		p.begin()
	}
	if result := p.serve(a); result != settled {
		a.Frame.AX = uint64(result)
	}
	p.finish(a)
}

// begin makes the process ready, at its first call.
func (p *Process) begin() {
	p.began = true
	for _, access := range [...]uint64{readOnly, writeOnly, writeOnly} {
		p.create(open{kind: console, flags: access})
	}
	p.Files.Memory, p.Files.Discard = p.Machine.Memory, p.Machine.Discard
	p.Files.Init(p.wallTime())
	p.seed()
}

func (p *Process) serve(a *drivercall.Area) int64 {
	number := a.Frame.AX
	switch {
	case number < uint64(len(handlers)) && handlers[number].plain != nil:
		return handlers[number].plain(p, a)
	case number < uint64(len(handlers)) && handlers[number].onFile != nil:
		if o := p.file(a.Frame.DI); o != nil {
			return handlers[number].onFile(p, a, o)
		}
		return errno.EBADF
	}
	count := &p.unknown[min(number, unknownMax-1)]
	*count++
	p.Machine.Unknown(number, *count)
	return errno.ENOSYS
}

// finish ends a call: handlers of signals begin, and the lock is free.
func (p *Process) finish(a *drivercall.Area) {
	p.mutex.serving = false
	p.deliver(a)
	p.unlock()
}

// Deliver begins the handlers of signals that have come to a thread since it was about to leave.
func (p *Process) Deliver(a *drivercall.Area) {
	p.lock(a)
	p.finish(a)
}

// Upcall handles an exception, an interruption or a sample of the thread that had the registers.
func (p *Process) Upcall(a *drivercall.Area) {
	p.lock(a)
	switch a.Reason {
	case drivercall.Exception:
		p.exception(a)
	case drivercall.Sampled:
		p.Signals.Send(p.thread(a), signal.SIGPROF)
	}
	a.Frame.Vector = thread.VectorResume
	p.finish(a)
}

// Faulted is called in place of what a thread was doing in the others when an exception happened to
// it there: an address that the program gave is not memory. The thread goes on as at the end of a
// Call. It returns false if this package had no part in it.
func (p *Process) Faulted(a *drivercall.Area) bool {
	result := errno.EFAULT
	switch {
	case p.mutex.holder != a.ID:
		return false
	case p.Signals.Framed():
		p.unframed(a)
	case p.mutex.serving:
		a.Frame.AX = uint64(result)
	default:
		return false
	}
	p.finish(a)
	return true
}
