#include "textflag.h"

TEXT ·direct(SB),NOSPLIT,$0-8
	CALL ·called(SB)
	MOVQ $1, ret+0(FP)
	CALL several<>(SB)
	CALL vector<>(SB)
	CALL unknown<>(SB)
	RET

TEXT several<>(SB),NOSPLIT|NOFRAME,$0
	XORPS X15, X15
	PXOR X0, X0
	MOVQ AX, X0
	POPCNTQ AX, AX
	TZCNTQ AX, AX
	MOVQ (TLS), AX
	MOVQ 8(GS), AX
	CMPXCHG16B (AX)
	XGETBV
	RDTSCP
	INT $0x80
	SYSCALL
	LEAQ runtime·memhash(SB), AX
	RET

TEXT vector<>(SB),NOSPLIT|NOFRAME,$0
	VZEROUPPER
	RET

TEXT unknown<>(SB),NOSPLIT|NOFRAME,$0
	BYTE $0x0f; BYTE $0x01; BYTE $0xca // CLAC
	RET
