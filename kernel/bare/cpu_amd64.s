#include "textflag.h"

// Single instructions for Go: arguments in AX, BX, CX; the result in AX. cpu.go declares them.

// SAFETY: touches no memory.
TEXT in8<>(SB),NOSPLIT|NOFRAME,$0
	MOVL AX, DX
	XORL AX, AX
	INB
	RET

// SAFETY: touches no memory.
TEXT out8<>(SB),NOSPLIT|NOFRAME,$0
	MOVL AX, DX
	MOVL BX, AX
	OUTB
	RET

// SAFETY: touches no memory.
TEXT out16<>(SB),NOSPLIT|NOFRAME,$0
	MOVL AX, DX
	MOVL BX, AX
	OUTW
	RET

// out8s: AX port, BX address, CX count.
// SAFETY: the caller's addresses are mapped, and hold as many bytes.
TEXT out8s<>(SB),NOSPLIT|NOFRAME,$0
	MOVL AX, DX
	MOVQ BX, SI
	REP; OUTSB
	RET

// SAFETY: touches no memory.
TEXT rdmsr<>(SB),NOSPLIT|NOFRAME,$0
	MOVL AX, CX
	RDMSR
	SHLQ $32, DX
	ORQ DX, AX
	RET

// SAFETY: touches no memory.
TEXT wrmsr<>(SB),NOSPLIT|NOFRAME,$0
	MOVL AX, CX
	MOVL BX, AX
	MOVQ BX, DX
	SHRQ $32, DX
	WRMSR
	RET

// SAFETY: touches no memory.
TEXT rdtsc<>(SB),NOSPLIT|NOFRAME,$0
	RDTSC
	SHLQ $32, DX
	ORQ DX, AX
	RET

// cpuid: AX leaf, BX subleaf; results in AX, BX, CX, DI.
// SAFETY: touches no memory.
TEXT cpuid<>(SB),NOSPLIT|NOFRAME,$0
	MOVL BX, CX
	CPUID
	MOVL DX, DI
	RET

// rdrand: a random number in AX, 0 if there is none.
// SAFETY: touches no memory.
TEXT rdrand<>(SB),NOSPLIT|NOFRAME,$0
	MOVL $10, CX
again:
	RDRANDQ AX
	JCS good
	DECL CX
	JNZ again
good:
	RET

// SAFETY: touches no memory.
TEXT readCR2<>(SB),NOSPLIT|NOFRAME,$0
	MOVQ CR2, AX
	RET

// SAFETY: touches no memory.
TEXT readCR4<>(SB),NOSPLIT|NOFRAME,$0
	MOVQ CR4, AX
	RET

// SAFETY: touches no memory.
TEXT writeCR4<>(SB),NOSPLIT|NOFRAME,$0
	MOVQ AX, CR4
	RET

// SAFETY: touches no memory.
TEXT invlpg<>(SB),NOSPLIT|NOFRAME,$0
	INVLPG (AX)
	RET

// forget: the processor forgets what it knows of the page tables.
// SAFETY: the tables stay the same.
TEXT forget<>(SB),NOSPLIT|NOFRAME,$0
	MOVQ CR3, AX
	MOVQ AX, CR3
	RET

// loadTables: AX descriptor of the GDT, BX of the IDT, CX selector of the task.
// SAFETY: the operands lie in the driver's data for good.
TEXT loadTables<>(SB),NOSPLIT|NOFRAME,$0
	LGDT (AX)
	LIDT (BX)
	LTR CX
	RET

// SAFETY: touches no memory.
TEXT pause<>(SB),NOSPLIT|NOFRAME,$0
	PAUSE
	RET

// zero: AX address, BX bytes.
// SAFETY: the caller's addresses are mapped, and hold as many bytes.
TEXT zero<>(SB),NOSPLIT|NOFRAME,$0
	MOVQ AX, DI
	MOVQ BX, CX
	XORL AX, AX
	SHRQ $3, CX
	REP; STOSQ
	MOVQ BX, CX
	ANDQ $7, CX
	REP; STOSB
	RET

// move: AX to, BX from, CX bytes.
// SAFETY: the caller's addresses are mapped, and hold as many bytes.
TEXT move<>(SB),NOSPLIT|NOFRAME,$0
	MOVQ AX, DI
	MOVQ BX, SI
	REP; MOVSB
	RET

#define FUNC(variable, text, value) \
	GLOBL value(SB), RODATA|NOPTR, $8; DATA value+0(SB)/8, $text(SB); \
	GLOBL variable(SB), NOPTR, $8; DATA variable+0(SB)/8, $value(SB)

FUNC(·in8, in8<>, in8Value<>)
FUNC(·out8, out8<>, out8Value<>)
FUNC(·out16, out16<>, out16Value<>)
FUNC(·out8s, out8s<>, out8sValue<>)
FUNC(·rdmsr, rdmsr<>, rdmsrValue<>)
FUNC(·wrmsr, wrmsr<>, wrmsrValue<>)
FUNC(·rdtsc, rdtsc<>, rdtscValue<>)
FUNC(·cpuid, cpuid<>, cpuidValue<>)
FUNC(·rdrand, rdrand<>, rdrandValue<>)
FUNC(·readCR2, readCR2<>, readCR2Value<>)
FUNC(·readCR4, readCR4<>, readCR4Value<>)
FUNC(·writeCR4, writeCR4<>, writeCR4Value<>)
FUNC(·invlpg, invlpg<>, invlpgValue<>)
FUNC(·forget, forget<>, forgetValue<>)
FUNC(·loadTables, loadTables<>, loadTablesValue<>)
FUNC(·pause, pause<>, pauseValue<>)
FUNC(·zero, zero<>, zeroValue<>)
FUNC(·move, move<>, moveValue<>)
