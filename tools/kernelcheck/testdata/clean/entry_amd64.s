#include "textflag.h"

TEXT ·start(SB),NOSPLIT|NOFRAME|TOPFRAME,$0
	LEAQ ·vectors(SB), AX
	LEAQ ·syscallEntry(SB), AX
	LEAQ ·boundsEntry(SB), AX
	MOVUPS zeros<>(SB), X15
	LEAQ noG<>(SB), R14
	MOVQ ·beginFn(SB), DX
	MOVQ (DX), CX
	CALL CX
	JMP ·boundsEntry(SB)

TEXT ·syscallEntry(SB),NOSPLIT|NOFRAME|TOPFRAME,$0
	FXSAVE64 -512(SP)
	FXRSTOR64 -512(SP)
	BYTE $0x48; SYSRET

TEXT ·boundsEntry(SB),NOSPLIT|NOFRAME|TOPFRAME,$0
	CLI
again:
	HLT
	JMP again

TEXT readTSC<>(SB),NOSPLIT|NOFRAME,$0
	RDTSC
	SHLQ $32, DX
	ORQ DX, AX
	RET

GLOBL readTSCValue<>(SB), RODATA|NOPTR, $8
DATA readTSCValue<>+0(SB)/8, $readTSC<>(SB)
GLOBL ·readTSC(SB), NOPTR, $8
DATA ·readTSC+0(SB)/8, $readTSCValue<>(SB)

GLOBL zeros<>(SB), RODATA|NOPTR, $16
GLOBL noG<>(SB), NOPTR, $64
