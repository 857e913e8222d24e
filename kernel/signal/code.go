package signal

import "skerry/kernel/drivercall"

// Code says why a signal came: si_code. Those of exceptions are positive.
type Code int32

// The codes, from Linux's include/uapi/asm-generic/siginfo.h.
const (
	CodeMap    Code = 1 // of SIGSEGV: nothing is mapped there
	CodeAccess Code = 2 // of SIGSEGV: not with these rights

	codeThread Code = -6 // tgkill
	CodeKernel Code = 0x80

	CodeDivide    Code = 1  // of SIGFPE
	CodeFloat     Code = 14 // of SIGFPE: not told further
	CodeOpcode    Code = 2  // of SIGILL
	CodeStep      Code = 2  // of SIGTRAP
	CodeAlignment Code = 1  // of SIGBUS
)

const vectorPageFault = 14

// Exception returns what Fault is to be told of the exception in a thread's area, as in Linux's
// arch/x86/kernel/traps.c.
func Exception(a *drivercall.Area) (n Number, code Code, address uint64) {
	f := &a.Frame
	switch f.Vector {
	case 0: // #DE
		return SIGFPE, CodeDivide, f.IP
	case 1: // #DB
		return SIGTRAP, CodeStep, f.IP
	case 3: // #BP
		return SIGTRAP, CodeKernel, 0
	case 6: // #UD
		return SIGILL, CodeOpcode, f.IP
	case 11, 12: // #NP, #SS
		return SIGBUS, CodeKernel, 0
	case vectorPageFault:
		return SIGSEGV, pageFault(f.Error), a.Address
	case 16, 19: // #MF, #XM
		return SIGFPE, CodeFloat, f.IP
	case 17: // #AC
		return SIGBUS, CodeAlignment, 0
	}
	return SIGSEGV, CodeKernel, 0 // #GP and others
}

func pageFault(code uint64) Code {
	switch {
	case code&drivercall.ErrorUser == 0:
		return CodeKernel
	case code&drivercall.ErrorRights == 0:
		return CodeMap
	}
	return CodeAccess
}
