package main

import (
	"math/rand/v2"
	"syscall"
	"testing"

	"skerry/kernel/signal"
)

// An exception of the libOS's own ends the process, and tells where in the libOS that was; that of
// a call is the call's result.
func TestFault(t *testing.T) {
	const vector, address = 14, 0x1234
	r := newRig(t)
	th := r.threads[0]
	place := r.libos.Call + 2
	want := [4]uint64{uint64(signal.SIGSEGV), place, vector, address}
	r.fault(th, place, vector, address)
	for r.isHere(th) && r.killed[0] == 0 {
		r.step(th)
	}
	if r.killed != want {
		t.Errorf("ended by %#x: want %#x", r.killed, want)
	}

	r = newRig(t)
	th = r.threads[0]
	before := th.prepare(rand.New(rand.NewPCG(1, 1)))
	r.call(th, syscall.SYS_UNAME, 8)
	r.finish()
	if e := int64(th.regs.Rax); th.regs.Rip != before.IP || e != -int64(syscall.EFAULT) {
		t.Errorf("goes on at %#x with %d: want %#x, EFAULT", th.regs.Rip, e, before.IP)
	}
}
