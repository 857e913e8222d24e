package linux

import (
	"skerry/kernel/errno"
	"skerry/kernel/layout"
	"skerry/kernel/thread"
)

// Flags of clone. With all of cloneThread (VM, FS, FILES, SIGHAND, THREAD) it makes no process.
const (
	cloneThread    = 0x0001_0f00
	cloneSetTLS    = 0x0008_0000
	cloneParentTID = 0x0010_0000
	cloneClearTID  = 0x0020_0000
	cloneChildTID  = 0x0100_0000
)

const processID = 1

func (p *Process) clone(th *thread.Thread) int64 {
	f := &th.Frame
	flags := f.DI
	switch {
	case flags&cloneThread != cloneThread:
		return errno.ENOSYS
	case flags&cloneSetTLS != 0 && f.R8 >= layout.UserEnd:
		return errno.EPERM
	}
	child := p.Threads.Spawn()
	if child == nil {
		return errno.EAGAIN
	}
	if f.SI != 0 {
		child.Frame.SP = f.SI
	}
	if flags&cloneSetTLS != 0 {
		child.FSBase = f.R8
	}
	if flags&cloneClearTID != 0 {
		child.ClearTID = f.R10
	}
	id := child.ID() // who passes bad pointers does not get it, as in Linux
	if flags&cloneParentTID != 0 {
		p.Space.Store32(f.DX, uint32(id))
	}
	if flags&cloneChildTID != 0 {
		p.Space.Store32(f.R10, uint32(id))
	}
	return int64(id)
}

// exit ends the running thread, and the process with its last one.
func (p *Process) exit(th *thread.Thread) int64 {
	status := th.Frame.DI
	if at := th.ClearTID; at != 0 && p.Space.Store32(at, 0) {
		p.Threads.FutexWake(at, 1)
	}
	if !p.Threads.Exit() {
		p.Machine.Exit(status & 0xff)
	}
	return settled
}

func (p *Process) exitGroup(th *thread.Thread) int64 {
	p.Machine.Exit(th.Frame.DI & 0xff)
	return settled
}

func (p *Process) yield(*thread.Thread) int64 {
	p.Threads.Yield()
	return 0
}

func (p *Process) zero(*thread.Thread) int64 { return 0 }

func (p *Process) getpid(*thread.Thread) int64 { return processID }

func (p *Process) gettid(th *thread.Thread) int64 { return int64(th.ID()) }

func (p *Process) setTIDAddress(th *thread.Thread) int64 {
	th.ClearTID = th.Frame.DI
	return int64(th.ID())
}

// archPrctl sets the FS base.
func (p *Process) archPrctl(th *thread.Thread) int64 {
	const archSetFS, archGetFS = 0x1002, 0x1003
	switch at := th.Frame.SI; {
	case th.Frame.DI == archGetFS:
		return orFault(p.Space.Store64(at, th.FSBase), 0)
	case th.Frame.DI != archSetFS:
		return errno.EINVAL
	case at >= layout.UserEnd:
		return errno.EPERM
	default:
		th.FSBase = at
		p.Machine.SetFS(at)
		return 0
	}
}

// getaffinity tells of one processor.
func (p *Process) getaffinity(th *thread.Thread) int64 {
	const bytesMin = 8
	if bytes := th.Frame.SI; bytes < bytesMin || bytes%8 != 0 {
		return errno.EINVAL
	}
	return orFault(p.Space.Store64(th.Frame.DX, 1), bytesMin)
}
