#include "textflag.h"

// Nothing but the entry.
TEXT ·callEntry(SB),NOSPLIT|NOFRAME|TOPFRAME,$0
	UD2
