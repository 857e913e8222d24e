#include "textflag.h"

TEXT common<>(SB),NOSPLIT|NOFRAME|TOPFRAME,$0
	ADDQ $16, SP
	IRETQ

// Pushes as bytes, or the assembler adds them up to more stack than there is.
#define PUSH(n) BYTE $0x68; LONG $n
#define STUB(n) PCALIGN $16; PUSH(0); PUSH(n); JMP common<>(SB)
#define ERROR(n) PCALIGN $16; PUSH(n); JMP common<>(SB)
#define STUBS(n) STUB(n); STUB((n+1)); STUB((n+2)); STUB((n+3)); STUB((n+4)); STUB((n+5)); \
	STUB((n+6)); STUB((n+7)); STUB((n+8)); STUB((n+9)); STUB((n+10)); STUB((n+11)); \
	STUB((n+12)); STUB((n+13)); STUB((n+14)); STUB((n+15))

TEXT ·vectors(SB),NOSPLIT|NOFRAME|TOPFRAME,$0
	STUB(0); STUB(1); STUB(2); STUB(3); STUB(4); STUB(5); STUB(6); STUB(7)
	ERROR(8); STUB(9); ERROR(10); ERROR(11); ERROR(12); ERROR(13); ERROR(14); STUB(15)
	STUB(16); ERROR(17); STUB(18); STUB(19); STUB(20); ERROR(21); STUB(22); STUB(23)
	STUB(24); STUB(25); STUB(26); STUB(27); STUB(28); ERROR(29); ERROR(30); STUB(31)
	STUBS(32); STUBS(48); STUBS(64); STUBS(80); STUBS(96); STUBS(112); STUBS(128); STUBS(144)
	STUBS(160); STUBS(176); STUBS(192); STUBS(208); STUBS(224); STUBS(240)
