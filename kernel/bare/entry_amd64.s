#include "textflag.h"
#include "go_asm.h"

// Go code of this package is called, and calls assembly, only through funcvals: a direct call goes
// through a wrapper that reads FS and clears X15 with an instruction that ring 0 of some
// hypervisors lacks. Go's register convention holds: arguments and results in AX, BX, CX, DI, SI;
// R14 points to a g, of which Go reads only the stack bound; X15 is zero.

GLOBL zeros<>(SB), RODATA|NOPTR, $16
DATA zeros<>+0(SB)/8, $0
DATA zeros<>+8(SB)/8, $0

// GO_STATE makes the registers what Go code expects.
#define GO_STATE MOVUPS zeros<>(SB), X15; LEAQ ·noG(SB), R14; XORL BP, BP

// CLEAR_FLAGS clears what ring 3 may have set: direction, and AC, with which SMAP is off. SYSCALL
// does so by itself.
#define CLEAR_FLAGS PUSHQ $2; POPFQ

// GO_CALL calls the Go function in a variable, which may spill its arguments above the return
// address.
#define GO_CALL(f) MOVQ f(SB), DX; SUBQ $32, SP; CALL (DX); ADDQ $32, SP

// start is where each life of a core begins, on the boot tables, which map physical memory 1:1,
// with interrupts off and no stack.
//
//	BP  the loader's start information; 0 unless this is core 0 at the machine's start
//	SI  0: DI is the processor's local APIC id; 1: DI is the core, and BP means nothing
//
// It makes the core's page tables and its copy of the driver's data, moves to them, and calls
// begin(core, start information).
// SAFETY: the loader and the image writer put all that it reads in place.
TEXT ·start(SB),NOSPLIT|NOFRAME|TOPFRAME,$0
	CLD
	MOVQ $const_manifestAt, R8
	MOVQ BP, R13
	CMPQ SI, $1
	JEQ again
	CMPQ R13, $0
	JEQ other
	XORL DI, DI
	JMP known
again:
	XORL R13, R13
	JMP known
other:
	MOVQ const_manifestCommons(R8), AX // which core has this APIC id?
	ADDQ $const_commonsLocal, AX
	LEAQ 1(DI), BX                     // the table holds ids plus 1
	XORL DI, DI
search:
	CMPQ (AX)(DI*8), BX
	JEQ known
	INCQ DI
	CMPQ DI, const_manifestCores(R8)
	JB search
	JMP halt<>(SB)                      // a processor that nobody wants
known:
	MOVQ DI, R12
	IMULQ $const_manifestCoreBytes, DI
	LEAQ const_manifestCore(R8)(DI*1), R9
	MOVQ const_coreBase(R9), R10
	MOVQ const_coreTables(R9), SI      // page tables
	MOVQ R10, DI
	MOVQ const_coreSize(R9), CX
	SHRQ $3, CX
	REP; MOVSQ
	MOVQ const_manifestDataStart(R8), SI // data
	LEAQ -const_driverAt(R10)(SI*1), DI
	MOVQ const_manifestDataFile(R8), CX
	SUBQ SI, CX
	SHRQ $3, CX
	REP; MOVSQ
	MOVQ const_manifestDataEnd(R8), CX
	SUBQ const_manifestDataFile(R8), CX
	SHRQ $3, CX
	XORL AX, AX
	REP; STOSQ
	MOVQ R10, CR3
	MOVQ $const_stackTop, SP
	LEAQ ·vectors(SB), AX              // the image writer and kernelcheck look for these
	LEAQ ·syscallEntry(SB), AX
	LEAQ ·boundsEntry(SB), AX
	GO_STATE
	MOVQ R12, AX
	MOVQ R13, BX
	GO_CALL(·beginFn)
	JMP resume<>(SB)

// syscallEntry is where SYSCALL leads: CX is the next instruction, R11 the flags, interrupts are
// off, and the stack is still the instance's.
// SAFETY: task holds the end of the current thread's frame; nobody else writes userSP.
TEXT ·syscallEntry(SB),NOSPLIT|NOFRAME|TOPFRAME,$0
	MOVQ SP, ·userSP(SB)
	MOVQ ·task+4(SB), SP               // as an interrupt would: the end of the thread's frame
	PUSHQ $const_selectorUserData
	PUSHQ ·userSP(SB)
	PUSHQ R11
	PUSHQ $const_selectorUserCode
	PUSHQ CX
	PUSHQ $0
	PUSHQ $const_vectorCall
	JMP fromUser<>(SB)

#define PUSH_ALL PUSHQ CX; PUSHQ AX; PUSHQ DX; PUSHQ BX; PUSHQ BP; PUSHQ SI; PUSHQ DI; PUSHQ R15; \
	PUSHQ R14; PUSHQ R13; PUSHQ R12; PUSHQ R11; PUSHQ R10; PUSHQ R9; PUSHQ R8
#define POP_ALL POPQ R8; POPQ R9; POPQ R10; POPQ R11; POPQ R12; POPQ R13; POPQ R14; POPQ R15; \
	POPQ DI; POPQ SI; POPQ BP; POPQ BX; POPQ DX; POPQ AX; POPQ CX

// RESUME continues the current thread: by SYSRET if it is in a system call, which spares the
// return's checks, else by IRET.
#define RESUME \
	MOVQ ·task+4(SB), SP; \
	SUBQ $const_frameBytes, SP; \
	FXRSTOR64 -512(SP); \
	CMPQ const_frameVector(SP), $const_vectorCall; \
	JEQ sysret; \
	POP_ALL; \
	ADDQ $16, SP; \
	IRETQ; \
sysret: \
	POP_ALL; \
	MOVQ 16(SP), CX; \
	MOVQ 32(SP), R11; \
	MOVQ 40(SP), SP; \
	BYTE $0x48; SYSRET

// fromUser finishes the frame of the current thread, in the thread itself, calls trap on the
// driver's stack, with room for what trap may spill, and goes on to resume.
// SAFETY: the stack is in a thread, below whose frame is room for its FX area.
TEXT fromUser<>(SB),NOSPLIT|NOFRAME|TOPFRAME,$0
	PUSH_ALL
	MOVQ SP, AX
	FXSAVE64 -512(SP)                  // a thread's FX area lies before its frame
	MOVQ $(const_stackTop-32), SP
	GO_STATE
	MOVQ ·trapFn(SB), DX
	CALL (DX)
	RESUME

// resume continues the current thread.
// SAFETY: task holds the end of a thread's frame that trap left ready for ring 3.
TEXT resume<>(SB),NOSPLIT|NOFRAME|TOPFRAME,$0
	RESUME

// common is behind the vectors: the vector, an error code and the processor's frame are pushed.
// SAFETY: as the processor pushed it; ring 0 is interrupted at the halt in idle only.
TEXT common<>(SB),NOSPLIT|NOFRAME|TOPFRAME,$0
	TESTB $3, 24(SP)
	JZ ring0
	CLEAR_FLAGS
	JMP fromUser<>(SB)
ring0:
	CMPQ 0(SP), $32
	JB fault
	MOVQ 0(SP), AX                     // ring 0 is only interrupted where idle waits
	MOVQ ·idleSP(SB), SP
	RET
fault:
	JMP ring0Fault<>(SB)

// ring0Fault ends the core: an exception in the driver itself.
// SAFETY: does not return; the stack is the driver's or one of its own.
TEXT ring0Fault<>(SB),NOSPLIT|NOFRAME|TOPFRAME,$0
	PUSH_ALL
	MOVQ SP, AX
	GO_STATE
	GO_CALL(·ring0FaultFn)
	JMP halt<>(SB)

// nonMaskable is the NMI: on a stack of its own, whatever it interrupted.
// SAFETY: all registers are saved, on a stack of its own, and restored.
TEXT nonMaskable<>(SB),NOSPLIT|NOFRAME|TOPFRAME,$0
	PUSH_ALL
	MOVQ SP, AX
	MOVQ SP, BX
	ANDQ $~15, SP
	SUBQ $528, SP
	FXSAVE64 (SP)
	MOVQ BX, 512(SP)
	CLEAR_FLAGS
	GO_STATE
	GO_CALL(·nmiFn)
	FXRSTOR64 (SP)
	MOVQ 512(SP), SP
	POP_ALL
	ADDQ $16, SP
	IRETQ

// boundsEntry is where the image writer leads what the dead Go runtime would do about a bounds
// check, a nil map, a panic: AX becomes the return address, which tells the place.
// SAFETY: does not return.
TEXT ·boundsEntry(SB),NOSPLIT|NOFRAME|TOPFRAME,$0
	CLI
	MOVQ (SP), AX
	GO_STATE
	GO_CALL(·runtimeTrapFn)
	JMP halt<>(SB)

// halt stops this processor for good.
// SAFETY: interrupts are off.
TEXT halt<>(SB),NOSPLIT|NOFRAME|TOPFRAME,$0
	CLI
again:
	HLT
	JMP again

// park stops a dead core until an NMI or INIT. NMIs are blocked from one to the next IRET, so there
// is one: to the halt, with interrupts off.
// SAFETY: does not return to what was on the stack.
TEXT park<>(SB),NOSPLIT|NOFRAME|TOPFRAME,$0
	MOVQ $const_stackTop, SP
	PUSHQ $const_selectorData
	PUSHQ $const_stackTop
	PUSHQ $2
	PUSHQ $const_selectorCode
	LEAQ halt<>(SB), AX
	PUSHQ AX
	IRETQ

// rebirth leaves this life for the next: back to the boot tables, with the core in AX.
// SAFETY: the boot tables map this code at the same address.
TEXT rebirth<>(SB),NOSPLIT|NOFRAME|TOPFRAME,$0
	MOVQ $const_bootTables, CX
	MOVQ AX, DI
	MOVL $1, SI
	MOVQ CX, CR3
	JMP ·start(SB)

// idle opens interrupts, halts, and returns the vector that came.
// SAFETY: an interrupt comes back by way of idleSP, which points to the return address.
TEXT idle<>(SB),NOSPLIT|NOFRAME,$0
	MOVQ SP, ·idleSP(SB)
	STI
	HLT
	CLI
	XORL AX, AX
	RET

// PUSH is in bytes, so that the assembler does not add up what stubs push.
#define PUSH(n) BYTE $0x68; LONG $n
// trace adds an event of a kind to this core's trace, with two values. It is on every path.
// SAFETY: traceAt points to this core's Trace; the event's place is below TraceEvents.
TEXT trace<>(SB),NOSPLIT|NOFRAME,$0
	MOVQ ·traceAt(SB), SI
	MOVQ const_traceCount(SI), DI
	INCQ const_traceCount(SI)
	ANDL $(const_traceEvents-1), DI
	SHLQ $5, DI                        // 32 bytes an event
	MOVQ AX, R8
	RDTSC
	SHLQ $32, DX
	ORQ DX, AX
	MOVQ AX, const_traceEvent+0(SI)(DI*1)
	MOVQ R8, const_traceEvent+8(SI)(DI*1)
	MOVQ BX, const_traceEvent+16(SI)(DI*1)
	MOVQ CX, const_traceEvent+24(SI)(DI*1)
	RET

#define STUB(n) PCALIGN $16; PUSH(0); PUSH(n); JMP common<>(SB)
#define STUB_ERROR(n) PCALIGN $16; PUSH(n); JMP common<>(SB)
#define STUB_TO(n, f) PCALIGN $16; PUSH(0); PUSH(n); JMP f(SB)
#define STUBS(n) STUB(n); STUB((n+1)); STUB((n+2)); STUB((n+3)); STUB((n+4)); STUB((n+5)); \
	STUB((n+6)); STUB((n+7)); STUB((n+8)); STUB((n+9)); STUB((n+10)); STUB((n+11)); \
	STUB((n+12)); STUB((n+13)); STUB((n+14)); STUB((n+15))

// vectors are the entries of all 256 vectors, 16 bytes each. Double fault and machine check run on
// a stack of their own, and never return.
// SAFETY: each stub pushes what common expects for its vector.
TEXT ·vectors(SB),NOSPLIT|NOFRAME|TOPFRAME,$0
	STUB(0); STUB(1)
	STUB_TO(2, nonMaskable<>)
	STUB(3); STUB(4); STUB(5); STUB(6); STUB(7)
	PCALIGN $16; PUSH(8); JMP ring0Fault<>(SB)
	STUB(9)
	STUB_ERROR(10); STUB_ERROR(11); STUB_ERROR(12); STUB_ERROR(13); STUB_ERROR(14)
	STUB(15); STUB(16)
	STUB_ERROR(17)
	STUB_TO(18, ring0Fault<>)
	STUB(19); STUB(20)
	STUB_ERROR(21)
	STUB(22); STUB(23); STUB(24); STUB(25); STUB(26); STUB(27); STUB(28)
	STUB_ERROR(29); STUB_ERROR(30)
	STUB(31)
	STUBS(32); STUBS(48); STUBS(64); STUBS(80); STUBS(96); STUBS(112); STUBS(128); STUBS(144)
	STUBS(160); STUBS(176); STUBS(192); STUBS(208); STUBS(224); STUBS(240)

#define FUNC(variable, text, value) \
	GLOBL value(SB), RODATA|NOPTR, $8; DATA value+0(SB)/8, $text(SB); \
	GLOBL variable(SB), NOPTR, $8; DATA variable+0(SB)/8, $value(SB)

FUNC(·trace, trace<>, traceValue<>)
FUNC(·idle, idle<>, idleValue<>)
FUNC(·halt, halt<>, haltValue<>)
FUNC(·park, park<>, parkValue<>)
FUNC(·rebirth, rebirth<>, rebirthValue<>)

GLOBL ·syscallAt(SB), RODATA|NOPTR, $8
DATA ·syscallAt+0(SB)/8, $·syscallEntry(SB)
