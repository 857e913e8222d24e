package signal

import (
	"slices"
	"testing"

	"skerry/kernel/drivercall"
	"skerry/kernel/errno"
	"skerry/kernel/layout"
	"skerry/kernel/thread"
)

// Where programs would have code. Nothing is there: no test reads it.
const (
	page       = layout.PageBytes
	handlerAt  = 0x40_1000
	restorerAt = 0x40_2000
)

// Sizes of the memory that a rig has: a stack, and a signal stack. Nothing is next to them.
const (
	stackBytes = 16 * page
	altBytes   = 2 * page
)

// actor is a thread of the rig.
type actor struct {
	Thread
	area  drivercall.Area
	waits bool
}

// A rig is a process with one thread, or more.
type rig struct {
	testing.TB
	stack, alt uint64 // their lowest addresses
	signals    Signals
	threads    []*actor
	th         *actor // the first
}

func newRig(t testing.TB) *rig {
	r := &rig{TB: t}
	r.stack, r.alt = memory(t)
	r.th = r.spawn()
	return r
}

// top returns the end of the stack.
func (r *rig) top() uint64 { return r.stack + stackBytes }

// spawn makes a thread as the driver would have it, in a system call.
func (r *rig) spawn() *actor {
	th := &actor{}
	th.area.Frame = thread.Frame{
		Vector: thread.VectorCall, IP: 0x40_0010, Flags: 0x246, SP: r.top() - 0x100,
	}
	th.area.FX.Reset()
	r.threads = append(r.threads, th)
	return th
}

// catch sets a handler for a signal.
func (r *rig) catch(n Number, flags, mask uint64) {
	a := Action{handlerAt + uint64(n)*16, flags | flagRestorer, restorerAt, mask}
	if e := r.signals.SetAction(n, a); e != 0 {
		r.Fatalf("signal %d cannot be caught: %d", n, e)
	}
}

// useAlt gives the first thread its signal stack.
func (r *rig) useAlt() {
	if e := r.th.SetAltStack(r.th.area.Frame.SP, Stack{Base: r.alt, Bytes: altBytes}); e != 0 {
		r.Fatal(e)
	}
}

// send sends a thread a signal as tgkill does.
func (r *rig) send(th *actor, n Number) {
	if r.signals.Send(&th.Thread, n) {
		th.interrupt()
	}
}

// sendAll sends the process a signal as kill does.
func (r *rig) sendAll(n Number) {
	takes := func(th *actor) bool { return !th.Blocks(n) }
	r.signals.SendAll(n, !slices.ContainsFunc(r.threads, takes))
	for _, th := range r.threads {
		if r.signals.Takes(&th.Thread, n) {
			th.interrupt()
			return
		}
	}
}

// interrupt ends a wait.
func (th *actor) interrupt() {
	if e := errno.EINTR; th.waits {
		th.waits, th.area.Frame.AX = false, uint64(e)
	}
}

// or does something with signals that may fault, and then what is to be done.
func (r *rig) or(th *actor, do func() Number) (n Number) {
	if !faults(func() { n = do() }) {
		return n
	}
	if !r.signals.Framed() {
		r.Fatal("a fault, but at no frame")
	}
	return r.or(th, func() Number { return r.signals.Faulted(&th.area, &th.Thread) })
}

func (r *rig) deliver(th *actor) Number {
	return r.or(th, func() Number { return r.signals.Deliver(&th.area, &th.Thread) })
}

func (r *rig) fault(n Number, code Code, address uint64) Number {
	return r.or(r.th, func() Number {
		return r.signals.Fault(&r.th.area, &r.th.Thread, n, code, address)
	})
}

func (r *rig) comeBack(th *actor) Number {
	return r.or(th, func() Number { return r.signals.Return(&th.area, &th.Thread) })
}

// restore does what a handler's RET and the restorer do up to rt_sigreturn.
func (th *actor) restore() {
	f := &th.area.Frame
	f.SP += 8
	f.Vector, f.AX = thread.VectorCall, 15
}

// wantUser requires what a thread that goes on must be.
func wantUser(t testing.TB, th *actor) {
	t.Helper()
	f := &th.area.Frame
	switch {
	case f.IP >= layout.UserEnd:
		t.Fatalf("the next instruction is at %#x: want it below %#x", f.IP, uint64(layout.UserEnd))
	case th.Mask&(1<<8|1<<18) != 0:
		t.Fatalf("blocked are %#x: want neither SIGKILL nor SIGSTOP", th.Mask)
	case f.Vector == thread.VectorCall && f.CX != f.IP:
		t.Fatalf("a call's end would take CX %#x: want the whole frame restored", f.CX)
	}
}
