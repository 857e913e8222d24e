package signal

import "skerry/kernel/thread"

// Code says why a signal came: si_code. Those of exceptions are positive.
type Code int32

// The codes, from Linux's include/uapi/asm-generic/siginfo.h.
const (
	MapError    Code = 1 // of SIGSEGV: nothing is mapped there
	AccessError Code = 2 // of SIGSEGV: not with these rights
	NoMemory    Code = 2 // of SIGBUS: BUS_ADRERR

	codeUser   Code = 0  // kill
	codeThread Code = -6 // tgkill
	codeKernel Code = 0x80

	codeDivide    Code = 1  // of SIGFPE
	codeFloat     Code = 14 // of SIGFPE: not told further
	codeOperand   Code = 2  // of SIGILL
	codeStep      Code = 2  // of SIGTRAP
	codeAlignment Code = 1  // of SIGBUS
)

// cause is the signal of an exception; if atIP, its address is that of the instruction.
type cause struct {
	signal Number
	code   Code
	atIP   bool
}

const vectorPageFault = 14

// causes has the exceptions by vector, as Linux's arch/x86/kernel/traps.c. Page faults are not
// here: their signal depends on the address space.
var causes = [32]cause{
	0:  {SIGFPE, codeDivide, true},     // #DE
	1:  {SIGTRAP, codeStep, true},      // #DB
	3:  {SIGTRAP, codeKernel, false},   // #BP
	4:  {SIGSEGV, codeKernel, false},   // #OF
	5:  {SIGSEGV, codeKernel, false},   // #BR
	6:  {SIGILL, codeOperand, true},    // #UD
	7:  {SIGSEGV, codeKernel, false},   // #NM
	10: {SIGSEGV, codeKernel, false},   // #TS
	11: {SIGBUS, codeKernel, false},    // #NP
	12: {SIGBUS, codeKernel, false},    // #SS
	13: {SIGSEGV, codeKernel, false},   // #GP
	16: {SIGFPE, codeFloat, true},      // #MF
	17: {SIGBUS, codeAlignment, false}, // #AC
	19: {SIGFPE, codeFloat, true},      // #XM
}

// Exception returns what Fault is to be told of the exception in a thread's frame, or false if a
// thread cannot be the cause of it.
func Exception(th *thread.Thread) (n Number, code Code, address uint64, ok bool) {
	if th.Frame.Vector >= uint64(len(causes)) {
		return 0, 0, 0, false
	}
	c := causes[th.Frame.Vector]
	if c.atIP {
		address = th.Frame.IP
	}
	return c.signal, c.code, address, c.signal != 0
}
