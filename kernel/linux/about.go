package linux

import (
	"skerry/kernel/errno"
	"skerry/kernel/layout"
	"skerry/kernel/thread"
	"skerry/kernel/vm"
)

const processID = 1

func (p *Process) zero(*thread.Thread) int64 { return 0 }

func (p *Process) getpid(*thread.Thread) int64 { return processID }

func (p *Process) gettid(th *thread.Thread) int64 { return int64(th.ID()) }

// names is what uname says. A release before 5.3 spares us calls that Go would try on later ones.
var names = [...]string{"Linux", "skerry", "4.19.0-skerry", "#1", "x86_64", "(none)"}

// uname fills struct utsname: fields that end in zeros.
func (p *Process) uname(th *thread.Thread) int64 {
	var fields [len(names)][65]byte
	for i, name := range names {
		for j := range len(name) {
			fields[i][j%65] = name[j]
		}
	}
	return orFault(vm.Store(&p.Space, th.Frame.DI, fields), 0)
}

// prlimit tells limits; to set one does nothing.
func (p *Process) prlimit(th *thread.Thread) int64 {
	const stack, openFiles, last, unlimited = 3, 7, 15, ^uint64(0)
	limit := unlimited
	switch resource := uint32(th.Frame.SI); {
	case resource > last:
		return errno.EINVAL
	case resource == stack:
		limit = layout.StackSize
	case resource == openFiles:
		limit = descriptorsMax
	}
	at := th.Frame.R10
	return orFault(at == 0 || vm.Store(&p.Space, at, [2]uint64{limit, limit}), 0)
}

// sysinfo fills struct sysinfo: the time since start, memory and what is free of it, the unit of
// that, and zeros.
func (p *Process) sysinfo(th *thread.Thread) int64 {
	frames := p.Space.Tables.Frames
	words := [14]uint64{0: p.Machine.Now() / second, 4: frames.Total() * layout.PageBytes,
		5: (frames.Total() - frames.Used()) * layout.PageBytes, 13: 1}
	return orFault(vm.Store(&p.Space, th.Frame.DI, words), 0)
}

// clockGettime tells the same two clocks as the vDSO, to who does not ask that.
func (p *Process) clockGettime(th *thread.Thread) int64 {
	const realtime, monotonic = 0, 1
	now := p.Machine.Now()
	switch th.Frame.DI {
	case realtime:
		now = p.wallTime()
	case monotonic:
	default:
		return errno.EINVAL
	}
	return orFault(vm.Store(&p.Space, th.Frame.SI, [2]uint64{now / second, now % second}), 0)
}

// prctl knows no options: those that Go tries are hints.
func (p *Process) prctl(*thread.Thread) int64 { return errno.EINVAL }

// archPrctl sets or tells the FS base.
func (p *Process) archPrctl(th *thread.Thread) int64 {
	const archSetFS, archGetFS = 0x1002, 0x1003
	switch base := th.Frame.SI; {
	case th.Frame.DI == archGetFS:
		return orFault(vm.Store(&p.Space, base, th.FSBase), 0)
	case th.Frame.DI != archSetFS:
		return errno.EINVAL
	case base >= layout.UserEnd:
		return errno.EPERM
	default:
		th.FSBase = base
		p.Machine.SetFS(base)
		return 0
	}
}

// getaffinity tells of one processor.
func (p *Process) getaffinity(th *thread.Thread) int64 {
	const bytesMin = 8
	if bytes := th.Frame.SI; bytes < bytesMin || bytes%8 != 0 {
		return errno.EINVAL
	}
	return orFault(vm.Store(&p.Space, th.Frame.DX, uint64(1)), bytesMin)
}

func (p *Process) getcwd(th *thread.Thread) int64 {
	if th.Frame.SI < 2 {
		return errno.ERANGE
	}
	return orFault(vm.Store(&p.Space, th.Frame.DI, [2]byte{'/'}), 2)
}

// orFault returns a result, or EFAULT if an address was bad.
func orFault(ok bool, result int64) int64 {
	if !ok {
		return errno.EFAULT
	}
	return result
}

// partial is the result of a transfer that got so far and then met an error.
func partial(done uint64, e int64) int64 {
	if done > 0 {
		return int64(done)
	}
	return e
}
