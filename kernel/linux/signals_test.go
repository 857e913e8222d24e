package linux

import (
	"syscall"
	"testing"

	"skerry/kernel/drivercall"
	"skerry/kernel/errno"
	"skerry/kernel/signal"
	"skerry/kernel/thread"
)

// fault has the current thread cause a page fault.
func (r *rig) fault(address uint64) {
	a := &r.th.Area
	a.Reason, a.Address, a.Frame.Vector = drivercall.Exception, address, 14
	a.Frame.Error = drivercall.ErrorUser | drivercall.ErrorRights
	r.run(r.th, func() { r.p.Upcall(a) })
}

// An exception begins its handler, which is told of it, and what is pending begins on top of that.
// Without a handler it ends the process.
func TestExceptions(t *testing.T) {
	r := newRig(t)
	r.handle(signalOfFault)
	r.handle(10)
	f := &r.th.Frame
	f.IP, f.SP = bad, bufferEnd-8
	r.p.threads[0].Pending = 1 << (10 - 1)
	r.fault(0x1234)
	if f.IP != imageAt || f.DI != 10 || f.Vector != thread.VectorResume {
		t.Errorf("goes on with %+v: want the handler of what was pending", *f)
	}
	f.SP += 8
	if r.call(syscall.SYS_RT_SIGRETURN); f.IP != imageAt || f.DI != signalOfFault {
		t.Errorf("goes on with %+v: want the handler of the exception", *f)
	}
	code, address := load[uint32](f.SI+8), load[uint64](f.SI+16)
	if signal.Code(code) != signal.CodeAccess || address != 0x1234 {
		t.Errorf("code %d, address %#x: want %d, 0x1234", code, address, signal.CodeAccess)
	}
	r.restart()
	if r.fault(0x1234); r.killed != signalOfFault {
		t.Errorf("ended by signal %d: want %d", r.killed, signalOfFault)
	}
}

// A signal of the process is taken by a thread that does not block it, this one before others; if
// all do, by the first that unblocks it.
func TestKill(t *testing.T) {
	r := newRig(t)
	const n = 10
	first := r.th
	first.Frame.SP = bufferEnd - 8
	r.want(2, syscall.SYS_CLONE, 0x50f00, bufferEnd-0x2000)
	second := r.threads[1]
	r.handle(n)
	r.want(errno.ESRCH, syscall.SYS_KILL, 2, n)
	r.want(errno.EINVAL, syscall.SYS_KILL, 1, 65)
	r.want(0, syscall.SYS_KILL, 1, 0)
	if r.call(syscall.SYS_KILL, 1, n); first.Frame.DI != n || second.interrupted {
		t.Errorf("the sender is at %+v: want its handler", first.Frame)
	}
	r.call(syscall.SYS_KILL, 1, n) // blocked here: the handler has not returned
	if first.Frame.AX != 0 || !second.interrupted {
		t.Error("the other thread is not interrupted")
	}
	if r.resume(0); second.Frame.DI != n {
		t.Errorf("the other thread is at %+v: want its handler", second.Frame)
	}
	first.Frame.IP = bad
	r.want(0, syscall.SYS_KILL, 1, n)
	if second.interrupted || first.Frame.IP != bad {
		t.Error("taken, though all threads block it")
	}
	r.put(buffer, 1<<(n-1))
	r.call(syscall.SYS_RT_SIGPROCMASK, 1, buffer, 0, 8)
	if first.Frame.IP != imageAt || r.p.Signals.Pending != 0 {
		t.Errorf("unblocked, but at %+v: want the handler", first.Frame)
	}
}

// What is sent to a thread that does not exist is refused, whatever becomes of the signal. To look
// whether it exists interrupts nobody.
func TestSendToNobody(t *testing.T) {
	r := newRig(t)
	const nobody, ignored, blocked = 7, 23, 10
	r.put(buffer, 1<<(blocked-1))
	r.want(0, syscall.SYS_RT_SIGPROCMASK, 0, buffer, 0, 8)
	r.want(2, syscall.SYS_CLONE, 0x50f00, bufferEnd)
	r.p.threads[nobody-1].Mask = 1 << (blocked - 1)
	for _, n := range []uint64{0, ignored, blocked, 15} {
		r.want(errno.ESRCH, syscall.SYS_TGKILL, 1, nobody, n)
		if n == 15 {
			continue
		}
		if r.want(0, syscall.SYS_TGKILL, 1, 2, n); r.threads[1].interrupted {
			t.Errorf("signal %d interrupts a thread: want it to be left alone", n)
		}
	}
}

// A signal of the process that is ignored ends no wait, and does not stay for a handler that is set
// later, unless all threads block it.
func TestKillIgnored(t *testing.T) {
	const n = 23
	r := newRig(t)
	for _, blocks := range []bool{false, true} {
		r.restart()
		r.want(2, syscall.SYS_CLONE, 0x50f00, bufferEnd)
		reader := r.threads[1]
		r.put(buffer, 1<<(n-1))
		r.want(0, syscall.SYS_RT_SIGPROCMASK, 0, buffer, 0, 8)
		if blocks {
			r.p.thread(&reader.Area).Mask = 1 << (n - 1)
		}
		r.want(0, syscall.SYS_KILL, 1, n)
		if stays := r.p.Signals.Pending != 0; stays != blocks || reader.interrupted {
			t.Errorf("all block it: %t; it stays: %t, interrupts: %t", blocks, stays,
				reader.interrupted)
		}
		r.th = reader
		r.want(waiting, syscall.SYS_READ, 0, buffer, 100)
		if r.resume(0); !reader.waits {
			t.Error("an ignored signal ends a wait")
		}
	}
}

// A signal that comes after a thread's last look is begun by Deliver, and an exception that the
// process has no part in is not its own.
func TestLate(t *testing.T) {
	r := newRig(t)
	r.handle(10)
	f := &r.th.Frame
	f.SP = bufferEnd - 8
	r.want(1, syscall.SYS_GETPID)
	r.p.threads[0].Pending = 1 << (10 - 1)
	r.run(r.th, func() { r.p.Deliver(&r.th.Area) })
	if f.IP != imageAt || load[uint64](f.SP+8+40+13*8) != 1 {
		t.Errorf("goes on with %+v: want the handler, and the call's result behind it", *f)
	}
	if r.p.Faulted(&r.th.Area) {
		t.Error("has a part in an exception outside")
	}
	if err := r.invariants(); err != nil {
		t.Error(err)
	}
}
