#include "textflag.h"

TEXT ·direct(SB),NOSPLIT,$0-8
	CALL ·called(SB)
	MOVQ (TLS), AX
	MOVQ 8(GS), AX
	CLI
	HLT
	MOVQ AX, CR3
	RDMSR
	IRETQ
	BYTE $0x48; SYSRET
	INT $0x80
	POPCNTQ AX, AX
	RDTSCP
	CALL vector<>(SB)
	LEAQ runtime·memhash(SB), AX
	RET

TEXT vector<>(SB),NOSPLIT|NOFRAME,$0
	VZEROUPPER
	RET
