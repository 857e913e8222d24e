package main

import (
	"fmt"
	"math/rand/v2"
	"syscall"
	"testing"

	"skerry/kernel/layout"
	"skerry/kernel/thread"
)

// Signals that the program handles, and where.
const (
	own, others = 10, 12
	restorerAt  = programAt + 0x800
)

func handlerOf(n uint64) uint64 { return programAt + 16*n }

// begin has the program handle the signals, as often as they come.
func (r *rig) begin() {
	th, returnTo := r.threads[0], uint64(programAt)
	const restorerNoDefer, at = 0x4400_0000, programAt + 0xf00
	for _, n := range []uint64{own, others} {
		put(r, at, [4]uint64{handlerOf(n), restorerNoDefer, restorerAt, 0})
		th.regs.Rip = returnTo
		r.call(th, syscall.SYS_RT_SIGACTION, n, at, 0, 8)
		r.finish()
		if th.regs.Rip != returnTo || th.regs.Rax != 0 {
			r.Fatalf("sigaction: %d at %#x", int64(th.regs.Rax), th.regs.Rip)
		}
	}
}

// prepare gives a thread registers that differ, and its stack.
func (th *task) prepare(random *rand.Rand) thread.Frame {
	var f thread.Frame
	for _, to := range []*uint64{&f.R8, &f.R9, &f.R10, &f.R12, &f.R13, &f.R14, &f.R15, &f.DI, &f.SI,
		&f.BP, &f.BX, &f.DX, &f.AX, &f.CX} {
		*to = random.Uint64()
	}
	f.IP, f.SP = programAt+uint64(th.id), programAt+layout.PageBytes+uint64(th.id)*stackBytes
	th.goOn(f)
	return f
}

// interruptAt has a thread make a call, and another one send it a signal after so many of its
// steps. It returns whether the call lasts so long, and what is wrong with how the thread goes on.
func (r *rig) interruptAt(steps int, number uint64, args ...uint64) (lasts bool, wrong string) {
	random := rand.New(rand.NewPCG(uint64(steps), number))
	th, other := r.threads[0], r.threads[1]
	th.prepare(random)
	other.prepare(random)
	r.call(th, number, args...)
	want := th.frame()
	want.IP, want.AX = want.CX, 0
	if number == syscall.SYS_GETPID {
		want.AX = 1
	}
	for range steps {
		if !r.isHere(th) {
			return false, ""
		}
		r.step(th)
	}
	r.call(other, syscall.SYS_TGKILL, 1, uint64(th.id), others)
	r.finish()
	handled := map[uint64]bool{}
	got := th.frame()
	for got.IP != want.IP && !handled[got.DI] && len(handled) < 3 {
		handled[got.DI] = true
		if got.IP != handlerOf(got.DI) {
			return true, fmt.Sprintf("goes on at %#x: want %#x, or a handler", got.IP, want.IP)
		}
		context := get[struct { // of struct ucontext
			_         [5]uint64
			Registers thread.Registers
			SP, IP    uint64
		}](r, got.DX)
		got.Registers, got.SP, got.IP = context.Registers, context.SP, context.IP
	}
	want.R11, got.R11 = 0, 0
	switch {
	case !handled[others] || number == syscall.SYS_TGKILL && !handled[own]:
		return true, fmt.Sprintf("handles %v: want all that were sent", handled)
	case got.Registers != want.Registers || got.SP != want.SP:
		return true, fmt.Sprintf("goes on with %+v: want %+v", got, want)
	}
	if due := get[uint64](r, th.dueAt()); due != 0 {
		return true, "has still to look for signals"
	}
	return true, ""
}

// interruptAll interrupts a thread in a call after every so many steps, from none to all, and
// returns what goes wrong first.
func (r *rig) interruptAll(every int, number uint64, args ...uint64) string {
	r.begin()
	for steps := 0; ; steps += every {
		lasts, wrong := r.interruptAt(steps, number, args...)
		if wrong != "" || !lasts {
			r.Logf("call %d, after %d steps: %s", number, steps, wrong)
			return wrong
		}
	}
}

// Wherever a thread is in the libOS when another one sends it a signal, it begins the handler
// before it goes on in its program, once, and with the registers of its call. That may be a call
// that ends by a handler itself.
func TestInterrupts(t *testing.T) {
	if wrong := newRig(t).interruptAll(1, syscall.SYS_GETPID); wrong != "" {
		t.Error(wrong)
	}
	if wrong := newRig(t).interruptAll(29, syscall.SYS_TGKILL, 1, 1, own); wrong != "" {
		t.Error(wrong)
	}
}

// A driver that does not have the tail begin again is found, and a libOS that does not say that
// there is something to look for: signals are handled too late.
func TestPlantedBugsAreFound(t *testing.T) {
	for name, plant := range map[string]func(*rig){
		"deaf":     func(r *rig) { r.deaf = true },
		"unmarked": func(r *rig) { r.unmarked = true },
	} {
		r := newRig(t)
		plant(r)
		if wrong := r.interruptAll(5, syscall.SYS_GETPID); wrong == "" {
			t.Errorf("%s: not found", name)
		}
	}
}
