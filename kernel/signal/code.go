package signal

import "skerry/kernel/thread"

// Code says why a signal came: si_code. Those of exceptions are positive.
type Code int32

// The codes, from Linux's include/uapi/asm-generic/siginfo.h.
const (
	CodeMap    Code = 1 // of SIGSEGV: nothing is mapped there
	CodeAccess Code = 2 // of SIGSEGV: not with these rights

	codeUser   Code = 0  // kill
	codeThread Code = -6 // tgkill
	CodeKernel Code = 0x80

	CodeDivide    Code = 1  // of SIGFPE
	CodeFloat     Code = 14 // of SIGFPE: not told further
	CodeOpcode    Code = 2  // of SIGILL
	CodeStep      Code = 2  // of SIGTRAP
	CodeAlignment Code = 1  // of SIGBUS
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
	0:  {SIGFPE, CodeDivide, true},     // #DE
	1:  {SIGTRAP, CodeStep, true},      // #DB
	3:  {SIGTRAP, CodeKernel, false},   // #BP
	4:  {SIGSEGV, CodeKernel, false},   // #OF
	5:  {SIGSEGV, CodeKernel, false},   // #BR
	6:  {SIGILL, CodeOpcode, true},     // #UD
	7:  {SIGSEGV, CodeKernel, false},   // #NM
	10: {SIGSEGV, CodeKernel, false},   // #TS
	11: {SIGBUS, CodeKernel, false},    // #NP
	12: {SIGBUS, CodeKernel, false},    // #SS
	13: {SIGSEGV, CodeKernel, false},   // #GP
	16: {SIGFPE, CodeFloat, true},      // #MF
	17: {SIGBUS, CodeAlignment, false}, // #AC
	19: {SIGFPE, CodeFloat, true},      // #XM
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
