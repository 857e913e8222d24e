#include "textflag.h"

// func Pause()
// SAFETY: touches no memory and no register.
TEXT ·Pause(SB), NOSPLIT, $0-0
	PAUSE
	RET

// func copyString(dst, src *byte, n int)
// SAFETY: the callers pass n bytes of two slices; the direction flag is clear, as Go's ABI has it.
TEXT ·copyString(SB), NOSPLIT, $0-24
	MOVQ dst+0(FP), DI
	MOVQ src+8(FP), SI
	MOVQ n+16(FP), CX
	MOVQ CX, DX
	SHRQ $3, CX
	REP; MOVSQ
	MOVQ DX, CX
	ANDQ $7, CX
	REP; MOVSB
	RET
