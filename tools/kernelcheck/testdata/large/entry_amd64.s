#include "textflag.h"

// Nothing but the entry.
TEXT ·start(SB),NOSPLIT|NOFRAME|TOPFRAME,$0
	MOVB $1, ·large(SB)
	HLT
