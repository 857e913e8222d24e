package linux

import (
	"skerry/kernel/drivercall"
	"skerry/kernel/errno"
	"skerry/kernel/layout"
	"skerry/kernel/signal"
	"skerry/kernel/thread"
)

// Flags of clone. With all of cloneThread (VM, FS, FILES, SIGHAND, THREAD) it makes no process.
const (
	cloneThread = 0x0001_0f00
	cloneSysVIn = 0x0004_0000 // shares what there is not: semaphores
	cloneSetTLS = 0x0008_0000
)

// sameFS has Machine.Spawn take the caller's FS base.
const sameFS = ^uint64(0)

// clone makes a thread, which inherits the blocked signals. It cannot come here before this call
// has ended: it would want the lock.
func (p *Process) clone(a *drivercall.Area) int64 {
	f, fsBase, sp := &a.Frame, sameFS, a.Frame.SP
	setsTLS := f.DI&cloneSetTLS != 0
	switch {
	case f.DI&^(cloneSysVIn|cloneSetTLS) != cloneThread:
		return errno.ENOSYS
	case setsTLS && f.R8 >= layout.UserEnd:
		return errno.EPERM
	case setsTLS:
		fsBase = f.R8
	}
	f.AX, f.SP = 0, f.SI // as the child begins
	id := p.Machine.Spawn(f, fsBase)
	f.SP = sp
	if id > 0 {
		p.threads[(id-1)%thread.ThreadsMax] = signal.Thread{Mask: p.thread(a).Mask}
	}
	return id
}
