package signal

import (
	"encoding/binary"
	"testing"

	"skerry/kernel/layout"
	"skerry/kernel/paging"
	"skerry/kernel/phys"
	"skerry/kernel/thread"
	"skerry/kernel/vm"
)

// Where the rig's instance has memory: a stack, and a signal stack. Nothing is next to them.
const (
	page       = layout.PageBytes
	root       = phys.Addr(page)
	pool       = phys.Addr(2 * page)
	arenaPages = 40

	stackBase, stackTop = 0x7f00_0000_0000, 0x7f00_0001_0000
	altBase, altBytes   = 0x7f00_0010_0000, 0x2000
	handlerAt           = 0x40_1000
	restorerAt          = 0x40_2000
)

// A rig is a process with one thread, which runs.
type rig struct {
	testing.TB
	memory  phys.Memory
	frames  phys.Frames
	space   vm.Space
	table   thread.Table
	signals Signals
	th      *thread.Thread
}

func newRig(t testing.TB) *rig {
	r := &rig{TB: t, memory: phys.Over(make([]byte, arenaPages*page))}
	r.frames.Init(&r.memory, pool, arenaPages*page)
	r.space.Tables = paging.Tables{
		Root: root, Memory: &r.memory, Frames: &r.frames, Invalidate: func(uint64) {},
	}
	regions := map[uint64]uint64{stackBase: stackTop - stackBase, altBase: altBytes}
	for start, bytes := range regions {
		if e := r.space.Map(start, bytes, vm.Read|vm.Write, vm.Zero, 0, 0); e != 0 {
			t.Fatalf("no memory: %d", e)
		}
	}
	r.th = r.spawn()
	r.enter()
	return r
}

// spawn makes a thread as the driver would have it, in a system call.
func (r *rig) spawn() *thread.Thread {
	th := r.table.Spawn()
	th.Frame = thread.Frame{
		Vector: thread.VectorCall, IP: 0x40_0010, CS: layout.SelectorUserCode, Flags: 0x246,
		SP: stackTop - 0x100, SS: layout.SelectorUserData,
	}
	return th
}

// enter does to the running thread's FPU state what entry assembly does: the processor has a
// mask of its own for MXCSR.
func (r *rig) enter() { r.table.Current().FX.Restrict(testMask) }

const testMask = 0x2ffff // one bit more than usual

// catch sets a handler for a signal.
func (r *rig) catch(n Number, flags, mask uint64) {
	a := Action{handlerAt + uint64(n)*16, flags | flagRestorer, restorerAt, mask}
	if e := r.signals.SetAction(n, a); e != 0 {
		r.Fatalf("signal %d cannot be caught: %d", n, e)
	}
}

// bytes reads the instance's memory.
func (r *rig) bytes(va uint64, n int) []byte {
	b := make([]byte, n)
	if !r.space.CopyIn(b, va) {
		r.Fatalf("%d bytes at %#x cannot be read", n, va)
	}
	return b
}

func (r *rig) word(va uint64) uint64 { return binary.LittleEndian.Uint64(r.bytes(va, 8)) }

func (r *rig) half(va uint64) int32 {
	return int32(binary.LittleEndian.Uint32(r.bytes(va, 4)))
}

// comeBack does what a handler's RET and the restorer do up to rt_sigreturn.
func (r *rig) comeBack() {
	f := &r.table.Current().Frame
	f.SP += 8
	f.Vector, f.AX = thread.VectorCall, 15
	r.enter()
}

// wantUser requires what keeps ring 0 safe when it continues a thread.
func wantUser(t testing.TB, th *thread.Thread) {
	t.Helper()
	f := &th.Frame
	const mustNot = 1<<8 | 3<<12 | 1<<14 | 1<<16 | 1<<17 // TF, IOPL, NT, RF, VM
	switch {
	case f.CS != 0x28|3 || f.SS != 0x20|3:
		t.Fatalf("selectors %#x and %#x: want the user's", f.CS, f.SS)
	case f.Flags&(1<<9|1<<1) != 1<<9|1<<1 || f.Flags&mustNot != 0 || f.Flags>>22 != 0:
		t.Fatalf("flags %#x: want interrupts, and none of %#x", f.Flags, mustNot)
	case f.IP >= 1<<47-page:
		t.Fatalf("the next instruction is at %#x: want it below %#x", f.IP, uint64(1<<47-page))
	case th.FX.MXCSR&^testMask != 0:
		t.Fatalf("MXCSR is %#x: want no bit outside %#x", th.FX.MXCSR, testMask)
	case th.Mask&(1<<8|1<<18) != 0:
		t.Fatalf("blocked are %#x: want neither SIGKILL nor SIGSTOP", th.Mask)
	case f.Vector == thread.VectorCall && f.CX != f.IP:
		t.Fatalf("SYSRET would take CX %#x: want the whole frame restored", f.CX)
	}
}
