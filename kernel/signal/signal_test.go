package signal

import (
	"encoding/binary"
	"fmt"
	"testing"

	"skerry/kernel/drivercall"
	"skerry/kernel/errno"
	"skerry/kernel/layout"
	"skerry/kernel/thread"
)

func (r *rig) word(at uint64) uint64 { return binary.LittleEndian.Uint64(r.bytes(at, 8)) }

func (r *rig) half(at uint64) int32 {
	return int32(binary.LittleEndian.Uint32(r.bytes(at, 4)))
}

// fill gives all registers that a thread chooses different values.
func fill(th *actor) {
	f := &th.area.Frame
	for i, r := range []*uint64{
		&f.R8, &f.R9, &f.R10, &f.R11, &f.R12, &f.R13, &f.R14, &f.R15, &f.DI, &f.SI, &f.BP, &f.BX,
		&f.DX, &f.AX, &f.CX,
	} {
		*r = 0x1000 + uint64(i)
	}
	for i := range th.registers() {
		th.registers()[i] = byte(160 + i)
	}
}

// The frame of a fault lies and reads as Linux's: the offsets are those that a C program saw on
// Linux 6.18, with glibc's names.
func TestFrameIsLinux(t *testing.T) {
	r := newRig(t)
	fill(r.th)
	r.catch(SIGSEGV, 0, 1<<9)
	r.th.Mask = 1 << 11
	r.th.area.Frame.Vector, r.th.area.Frame.Error = 14, 6
	old := r.th.area.Frame
	if n := r.fault(SIGSEGV, CodeMap, 0x1234); n != 0 {
		t.Fatalf("the process ends by signal %d: want a handler", n)
	}
	f := r.th.area.Frame
	uc := f.SP + 8
	if f.IP != handlerAt+11*16 || f.DI != 11 || f.SI != uc+304 || f.DX != uc || f.AX != 0 {
		t.Errorf("handler at %#x with %#x, %#x, %#x, AX %#x", f.IP, f.DI, f.SI, f.DX, f.AX)
	}
	if uc%16 != 0 || f.SP >= old.SP-128 || r.word(f.SP) != restorerAt {
		t.Errorf("frame at %#x for a stack at %#x", f.SP, old.SP)
	}
	for i, want := range []uint64{
		0x1000, 0x1001, 0x1002, 0x1003, 0x1004, 0x1005, 0x1006, 0x1007, // R8 to R15
		0x1008, 0x1009, 0x100a, 0x100b, 0x100c, 0x100d, 0x100e, // DI SI BP BX DX AX CX
		old.SP, old.IP, old.Flags, 0x23<<48 | 0x2b, 6, 14, 1 << 11, 0x1234, uc + 448,
	} {
		if got := r.word(uc + 40 + uint64(i)*8); got != want {
			t.Errorf("register %d of mcontext is %#x: want %#x", i, got, want)
		}
	}
	if info := uc + 304; r.half(info) != 11 || r.half(info+4) != 0 || r.half(info+8) != 1 ||
		r.word(info+16) != 0x1234 {
		t.Errorf("siginfo is % x", r.bytes(info, 24))
	}
	if r.word(uc) != 6 || r.word(uc+8) != 0 || r.half(uc+24) != 2 || r.word(uc+296) != 1<<11 {
		t.Errorf("ucontext is % x", r.bytes(uc, 40))
	}
	if (uc+448)%64 != 0 || r.half(uc+448+24) != 0x1f80 || r.bytes(uc+448+160, 1)[0] != 160 {
		t.Errorf("FPU state at %#x is not aligned, or not the thread's", uc+448)
	}
	if r.th.Mask != 1<<11|1<<10|1<<9 {
		t.Errorf("blocked: %#x", r.th.Mask)
	}
	wantUser(t, r.th)
}

// A thread that is interrupted by signals, one inside the other, and comes back has all that it
// had: registers, FPU state, mask.
func TestRoundTrip(t *testing.T) {
	r := newRig(t)
	r.catch(10, 0, 0)
	r.catch(12, flagOnStack, 0)
	r.send(r.th, 12)
	r.send(r.th, 10)
	r.useAlt()
	fill(r.th)
	f := &r.th.area.Frame
	f.Flags |= flagDirection
	old := *r.th
	if n := r.deliver(r.th); n != 0 {
		t.Fatalf("the process ends by signal %d: want two handlers", n)
	}
	if alt := r.th.AltStack(f.SP); f.DI != 12 || alt.Flags != stackInUse || f.Flags&0x400 != 0 {
		t.Errorf("last began handler %d, on stack %+v", f.DI, alt)
	}
	if r.half(f.SI+8) != -6 || r.half(f.SI+16) != 1 {
		t.Errorf("the sender is % x", r.bytes(f.SI, 24))
	}
	for range 2 {
		fill(r.th)
		r.th.restore()
		if n := r.comeBack(r.th); n != 0 {
			t.Fatalf("the process ends by signal %d: want it to go on", n)
		}
		wantUser(t, r.th)
	}
	old.area.Frame.Vector, old.Pending = thread.VectorResume, 0
	if old.area != r.th.area || old.Mask != r.th.Mask {
		t.Errorf("came back with %+v: want %+v", r.th.area.Frame, old.area.Frame)
	}
}

// What is sent ends, is ignored, is handled or stays pending, as on Linux.
func TestSent(t *testing.T) {
	const ends, ignored, handled, pending = "ends", "ignored", "handled", "pending"
	for _, c := range []struct {
		n        Number
		handler  uint64
		isMasked bool
		want     string
	}{
		{1, 0, false, ends}, {15, 0, false, ends}, {64, 0, false, ends},
		{17, 0, false, ignored}, {18, 0, false, ignored}, {23, 0, false, ignored},
		{28, 0, false, ignored}, {2, 1, false, ignored}, {2, handlerAt, false, handled},
		{23, handlerAt, false, handled}, {2, handlerAt, true, pending}, {2, 0, true, pending},
		{23, 0, true, pending}, {SIGKILL, 0, true, ends}, {SIGSTOP, handlerAt, true, ends},
	} {
		for _, send := range []func(*rig){
			func(r *rig) { r.sendAll(c.n) },
			func(r *rig) { r.send(r.th, c.n) },
		} {
			r := newRig(t)
			if c.handler > 1 {
				r.signals.SetAction(c.n, Action{c.handler, flagRestorer, restorerAt, 0})
			} else {
				r.signals.SetAction(c.n, Action{Handler: c.handler})
			}
			if c.isMasked {
				r.th.SetMask(^uint64(0))
			}
			send(r)
			got := ignored
			switch n := r.deliver(r.th); {
			case n == c.n:
				got = ends
			case n != 0:
				got = fmt.Sprintf("ends by %d", n)
			case r.th.area.Frame.IP == handlerAt:
				got = handled
			case r.th.Pending|r.signals.Pending == c.n.bit():
				got = pending
			}
			if got != c.want {
				t.Errorf("signal %d with handler %#x is %s: want %s", c.n, c.handler, got, c.want)
			}
		}
	}
}

// A signal ends the wait of a thread that it is delivered to, and of no other.
func TestInterrupts(t *testing.T) {
	r := newRig(t)
	r.catch(10, 0, 0)
	r.th.SetMask(Number(10).bit())
	other := r.spawn()
	r.th.waits, other.waits = true, true
	r.send(other, 23)
	if !other.waits {
		t.Error("an ignored signal ended a wait")
	}
	r.sendAll(10)
	if !r.th.waits || other.waits {
		t.Errorf("%t and %t wait: want only the second interrupted", r.th.waits, other.waits)
	}
	if n := r.deliver(r.th); n != 0 || r.th.area.Frame.DI != 0 {
		t.Errorf("delivered %d to who blocks it", r.th.area.Frame.DI)
	}
	if n := r.deliver(other); n != 0 || other.area.Frame.DI != 10 || r.signals.Pending != 0 {
		t.Errorf("delivered %d, ended by %d: want a handler", other.area.Frame.DI, n)
	}
}

// A fault that cannot be handled ends the process: blocked, ignored, no handler, no stack.
func TestFaultsThatKill(t *testing.T) {
	for name, prepare := range map[string]func(*rig){
		"default":     func(r *rig) { r.signals.SetAction(SIGBUS, Action{}) },
		"ignored":     func(r *rig) { r.signals.SetAction(SIGBUS, Action{Handler: 1}) },
		"blocked":     func(r *rig) { r.th.SetMask(SIGBUS.bit()) },
		"no stack":    func(r *rig) { r.th.area.Frame.SP = r.stack },
		"wraps":       func(r *rig) { r.th.area.Frame.SP = 8 },
		"kernel":      func(r *rig) { r.th.area.Frame.SP = layout.DirectMap + 0x20_0000 },
		"hole":        func(r *rig) { r.th.area.Frame.SP = 1 << 47 },
		"half a page": func(r *rig) { r.th.area.Frame.SP = r.stack + 900 },
		"no restorer": func(r *rig) { r.signals.SetAction(SIGBUS, Action{Handler: handlerAt}) },
		"far handler": func(r *rig) {
			r.signals.SetAction(SIGBUS, Action{layout.UserEnd, flagRestorer, restorerAt, 0})
		},
	} {
		r := newRig(t)
		r.catch(SIGBUS, 0, 0)
		prepare(r)
		n := r.fault(SIGBUS, CodeKernel, 0)
		if n != SIGBUS && n != SIGSEGV {
			t.Errorf("%s: ended by signal %d: want SIGBUS, or SIGSEGV for its frame", name, n)
		}
	}
}

// A handler whose stack is full becomes a SIGSEGV, on the signal stack if it has one; that full
// too ends the process.
func TestStackOverflow(t *testing.T) {
	r := newRig(t)
	r.catch(10, flagNoDefer, 0)
	r.catch(SIGSEGV, flagOnStack|flagNoDefer, 0)
	r.useAlt()
	overflows := 0
	for range 100 {
		r.send(r.th, 10)
		ended := r.deliver(r.th)
		if ended != 0 && (ended != SIGSEGV || overflows != 1) {
			t.Fatalf("signal %d ends the process after %d overflows: want SIGSEGV after 1",
				ended, overflows)
		}
		if ended != 0 {
			return
		}
		if Number(r.th.area.Frame.DI) == SIGSEGV {
			overflows++
		}
	}
	t.Fatalf("a hundred frames on %#x bytes", stackBytes+altBytes)
}

// A signal stack can be given, asked for and taken away, but not while it is in use.
func TestAltStack(t *testing.T) {
	r := newRig(t)
	f := &r.th.area.Frame
	for _, c := range []struct {
		stack Stack
		want  int64
	}{
		{Stack{r.alt, 0, 2047}, errno.ENOMEM}, {Stack{r.alt, 4, altBytes}, errno.EINVAL},
		{Stack{r.alt, 0, altBytes}, 0},
	} {
		if got := r.th.SetAltStack(f.SP, c.stack); got != c.want {
			t.Errorf("%+v: result %d, want %d", c.stack, got, c.want)
		}
	}
	r.catch(10, flagOnStack|flagOnce, 0)
	r.sendAll(10)
	r.deliver(r.th)
	none := Stack{Flags: stackDisabled}
	if f.SP < r.alt || f.SP > r.alt+altBytes || r.th.SetAltStack(f.SP, none) != errno.EPERM {
		t.Errorf("the handler's stack is at %#x, and not kept", f.SP)
	}
	if r.signals.Action(10).Handler != handlerDefault {
		t.Error("SA_RESETHAND has no effect")
	}
	r.th.restore()
	r.comeBack(r.th)
	if r.th.SetAltStack(f.SP, none) != 0 || r.th.AltStack(f.SP) != none {
		t.Errorf("a disabled stack is %+v", r.th.AltStack(f.SP))
	}
}

// Exceptions are the signals that they are on Linux.
func TestExceptions(t *testing.T) {
	for _, c := range []struct {
		vector, code uint64
		want         Number
		wantCode     Code
	}{
		{0, 0, SIGFPE, CodeDivide}, {1, 0, SIGTRAP, CodeStep}, {3, 0, SIGTRAP, CodeKernel},
		{4, 0, SIGSEGV, CodeKernel}, {6, 0, SIGILL, CodeOpcode}, {12, 0, SIGBUS, CodeKernel},
		{13, 8, SIGSEGV, CodeKernel}, {14, 6, SIGSEGV, CodeMap}, {14, 7, SIGSEGV, CodeAccess},
		{14, 2, SIGSEGV, CodeKernel}, {16, 0, SIGFPE, CodeFloat}, {17, 0, SIGBUS, CodeAlignment},
		{19, 0, SIGFPE, CodeFloat},
	} {
		a := drivercall.Area{Address: 0x1234}
		a.Frame.Vector, a.Frame.Error, a.Frame.IP = c.vector, c.code, 0x40_0010
		n, code, address := Exception(&a)
		if n != c.want || code != c.wantCode {
			t.Errorf("vector %d, error %d: signal %d, code %d: want %d, %d", c.vector, c.code, n,
				code, c.want, c.wantCode)
		}
		if isPage := c.vector == 14; isPage && address != a.Address ||
			!isPage && address != 0 && address != a.Frame.IP {
			t.Errorf("vector %d: address %#x", c.vector, address)
		}
	}
}
