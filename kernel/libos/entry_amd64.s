#include "textflag.h"
#include "go_asm.h"

// As in the CPU driver, Go code is called, and calls assembly, only through funcvals: a direct call
// goes through a wrapper that takes the goroutine from FS, where the program has its own. Go's
// register convention holds: arguments and results in AX, BX, CX, DI, SI; R14 points to a g, of
// which Go reads only the stack bound; X15 is zero.

// AREA makes R11, a thread's number, the address of its area. The flags are lost, as a program
// expects of a system call.
#define AREA SHLQ $const_areaShift, R11; ADDQ areas<>(SB), R11
GLOBL areas<>(SB), RODATA|NOPTR, $8
DATA areas<>+0(SB)/8, $const_areas

// AT is a field of the area's frame.
#define AT(field) (area_Frame+field)(R11)

// GO_CALL calls the Go function in a variable, with the area, below which its stack is, and with
// more arguments if BX, CX and DI have them. Go may spill all four above the return address. It
// leaves the area in R11.
#define GO_CALL(f) \
	MOVQ R11, AX; SUBQ areas<>(SB), AX; SHRQ $const_areaShift, AX; MOVQ AX, area_ID(R11); \
	CLD; MOVQ R11, SP; PUSHQ R11; SUBQ $40, SP; \
	XORPS X15, X15; LEAQ ·noG(SB), R14; XORL BP, BP; \
	MOVQ R11, AX; MOVQ f(SB), DX; CALL (DX); MOVQ 40(SP), R11

// callEntry is where a system call goes that the driver does not serve. R11 is the thread's number,
// CX the next instruction; all else is the program's, the stack pointer too.
// SAFETY: a thread's area is its own, and at rest while the thread runs its program.
TEXT ·callEntry(SB),NOSPLIT|NOFRAME|TOPFRAME,$0
	AREA
	MOVQ R8, AT(registers_R8)
	MOVQ R9, AT(registers_R9)
	MOVQ R10, AT(registers_R10)
	MOVQ R12, AT(registers_R12)
	MOVQ R13, AT(registers_R13)
	MOVQ R14, AT(registers_R14)
	MOVQ R15, AT(registers_R15)
	MOVQ DI, AT(registers_DI)
	MOVQ SI, AT(registers_SI)
	MOVQ BP, AT(registers_BP)
	MOVQ BX, AT(registers_BX)
	MOVQ DX, AT(registers_DX)
	MOVQ AX, AT(registers_AX)
	MOVQ CX, AT(registers_CX)
	MOVQ CX, AT(frame_IP)
	MOVQ SP, AT(frame_SP)
	MOVQ $const_flags, AX
	MOVQ AX, AT(frame_Flags)
	MOVQ $const_vectorCall, AX
	MOVQ AX, AT(frame_Vector)
	LEAQ ·upcallEntry(SB), AX          // the image writer looks for these
	LEAQ ·faultEntry(SB), AX
	LEAQ ·boundsEntry(SB), AX
	GO_CALL(·callFn)
	JMP ·tail(SB)

// tail has a thread go on with the registers in its area: R11. A call ends by itself; where all
// registers count, the driver has to help. It can begin again at any of its instructions, and does
// if another thread interrupts this one: then signals may be due.
// SAFETY: the area has what the thread goes on with; nothing changes it here.
TEXT ·tail(SB),NOSPLIT|NOFRAME|TOPFRAME,$0
	CMPQ area_Due(R11), $0
	JEQ none
	LEAQ ·tailEnd(SB), CX              // no call, for the linker's count of stacks
	JMP CX
none:
	CMPQ AT(frame_Vector), $const_vectorCall
	JNE resume
	MOVQ AT(registers_R8), R8
	MOVQ AT(registers_R9), R9
	MOVQ AT(registers_R10), R10
	MOVQ AT(registers_R12), R12
	MOVQ AT(registers_R13), R13
	MOVQ AT(registers_R14), R14
	MOVQ AT(registers_R15), R15
	MOVQ AT(registers_DI), DI
	MOVQ AT(registers_SI), SI
	MOVQ AT(registers_BP), BP
	MOVQ AT(registers_BX), BX
	MOVQ AT(registers_DX), DX
	MOVQ AT(registers_AX), AX
	MOVQ AT(frame_IP), CX
	MOVQ AT(frame_SP), SP
	JMP CX
resume:
	FXRSTOR64 area_FX(R11)
	LEAQ area_Frame(R11), DI
	MOVQ $const_callReturn, AX
	SYSCALL
	UD2                                // it does not return

// tailEnd is behind tail. Signals are due: R11 is the area.
// SAFETY: as callEntry.
TEXT ·tailEnd(SB),NOSPLIT|NOFRAME|TOPFRAME,$0
	MOVQ $0, area_Due(R11)
	GO_CALL(·deliverFn)
	JMP ·tail(SB)

// upcallEntry is where the driver sends a thread for another reason than a call: the area tells,
// and has its registers. R11 is the thread's number.
// SAFETY: as callEntry.
TEXT ·upcallEntry(SB),NOSPLIT|NOFRAME|TOPFRAME,$0
	AREA
	FXSAVE64 area_FX(R11)
	MOVQ $0, area_Due(R11)
	GO_CALL(·upcallFn)
	JMP ·tail(SB)

// faultEntry is where the driver sends a thread whose exception was here: R11 is its number, BX,
// CX and DI are what fault takes.
// SAFETY: what was on the stack is given up.
TEXT ·faultEntry(SB),NOSPLIT|NOFRAME|TOPFRAME,$0
	AREA
	GO_CALL(·faultFn)
	JMP ·tail(SB)

// boundsEntry is where the image writer leads what the dead Go runtime would do about a bounds
// check, a nil map, a panic: AX becomes the return address, which tells the place.
// SAFETY: Go code has called it; it does not return.
TEXT ·boundsEntry(SB),NOSPLIT|NOFRAME|TOPFRAME,$0
	MOVQ (SP), AX
	SUBQ $32, SP
	MOVQ ·boundsFn(SB), DX
	CALL (DX)
	UD2

// call makes a system call: AX its number, BX, CX, DI, SI its arguments.
// SAFETY: what the call does with its arguments is the caller's business.
TEXT call<>(SB),NOSPLIT|NOFRAME,$0
	MOVQ SI, R10
	MOVQ DI, DX
	MOVQ CX, SI
	MOVQ BX, DI
	SYSCALL
	RET

// saveFX: AX an FX area.
// SAFETY: it is aligned, as areas are.
TEXT saveFX<>(SB),NOSPLIT|NOFRAME,$0
	FXSAVE64 (AX)
	RET

// SAFETY: touches no memory.
TEXT rdtsc<>(SB),NOSPLIT|NOFRAME,$0
	RDTSC
	SHLQ $32, DX
	ORQ DX, AX
	RET

#define FUNC(variable, text, value) \
	GLOBL value(SB), RODATA|NOPTR, $8; DATA value+0(SB)/8, $text(SB); \
	GLOBL variable(SB), NOPTR, $8; DATA variable+0(SB)/8, $value(SB)

FUNC(·call, call<>, callValue<>)
FUNC(·saveFX, saveFX<>, saveFXValue<>)
FUNC(·rdtsc, rdtsc<>, rdtscValue<>)
