package main

import (
	"skerry/kernel/layout"
	"skerry/kernel/thread"
)

// quirk tells whether SYSCALL in ring 3 stays in ring 3 here, as on a hypervisor that runs the
// kernel of its guest in ring 3 too (Linux's kvm_pvm). The call then lands on layout.Stub, which
// tells by an INT3.
var quirk bool

// probed tells whether this life's first system call has shown that. It is one that the driver has
// the instance's first thread make, by probe: an instance that made it could lie.
var probed bool

// setCalls makes SYSCALL lead to the stub, until the first one shows where it comes out.
func setCalls() {
	writeCR4(readCR4() &^ (cr4SMEP | cr4SMAP)) // the last life's
	wrmsr(msrStar, (layout.SelectorUserData-8)<<48|layout.SelectorCode<<32)
	wrmsr(msrLongStar, layout.Stub)
	wrmsr(msrSyscallMask, flagsMask)
}

// probe has a thread make a system call before it begins.
func probe(th *thread.Thread) {
	th.Frame.BX, th.Frame.IP = th.Frame.IP, layout.Stub+layout.StubProbe
}

// probeCalls is called at the first system call: a direct one did come out in ring 0. From then on
// there is no detour, and ring 0 neither executes nor reads what the instance can touch.
func probeCalls(direct bool) {
	quirk, probed = !direct, true
	if quirk {
		if me == 0 {
			newLine().text("system calls stay in ring 3 on this hypervisor: they take a detour, ").
				text("and SMEP and SMAP stay off").mention()
		}
		return
	}
	wrmsr(msrLongStar, syscallAt)
	_, features, _, _ := cpuid(7, 0)
	bits := readCR4()
	if has(features, featureSMEP) {
		bits |= cr4SMEP
	}
	if has(features, featureSMAP) {
		bits |= cr4SMAP
	}
	writeCR4(bits)
}

// stubbed tells whether a breakpoint is a system call by the stub, and makes the frame that of the
// call: SYSCALL left the next instruction in CX.
func stubbed(f *thread.Frame) bool {
	if f.Vector != exceptionBreakpoint || f.IP != layout.Stub+layout.StubTrap+1 ||
		probed && !quirk {
		return false
	}
	f.IP, f.Flags, f.Vector = f.CX, flagsUser, thread.VectorResume
	return f.IP < layout.UserEnd
}

// flagsUser has interrupts on, and the bit that is always 1.
const flagsUser = 1<<9 | 1<<1
