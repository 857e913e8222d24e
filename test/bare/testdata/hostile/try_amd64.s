#include "textflag.h"

// try(code, registers) calls code with registers loaded. Wherever the code leads, a signal that an
// exception causes brings back, by way of handler and back.
TEXT ·try(SB),NOSPLIT|NOFRAME,$0-16
	MOVQ SP, ·tryingSP(SB)
	MOVQ BP, ·tryingBP(SB)
	MOVQ $0, ·caught(SB)
	MOVQ 8(SP), R15
	MOVQ 16(SP), R14
	MOVQ 0(R14), AX
	MOVQ 8(R14), BX
	MOVQ 16(R14), CX
	MOVQ 24(R14), DX
	MOVQ 32(R14), SI
	MOVQ 40(R14), DI
	MOVQ 48(R14), R8
	MOVQ 56(R14), R9
	MOVQ 64(R14), R10
	CALL R15
	MOVQ ·tryingSP(SB), SP
	MOVQ 16(SP), R14
	MOVQ AX, 0(R14)
	JMP back<>(SB)

// back leaves try, with the FS base as it was if that is known.
TEXT back<>(SB),NOSPLIT|NOFRAME,$0-16
	MOVQ ·fsBase(SB), SI
	TESTQ SI, SI
	JEQ clean
	MOVL $158, AX
	MOVL $0x1002, DI
	SYSCALL
clean:
	PUSHQ $0x202
	POPFQ
	CLD
	MOVQ ·tryingBP(SB), BP
	MOVQ $0, ·tryingSP(SB)
	RET

// handler is called with DI the signal, SI its siginfo, DX the ucontext. It writes down what came,
// and lets the thread go on in back, with nothing blocked. Signals that somebody sent are only
// taken.
TEXT ·handler(SB),NOSPLIT|NOFRAME,$0
	CMPQ DI, $11
	JA sent
	MOVQ $0x9b0, AX                 // bits of SIGILL, SIGTRAP, SIGBUS, SIGFPE, SIGSEGV
	BTQ DI, AX
	JCC sent
	CMPQ ·tryingSP(SB), $0
	JNE expected
	UD2                             // and this is the end
expected:
	MOVQ DI, ·caught+0(SB)
	MOVLQSX 8(SI), AX
	MOVQ AX, ·caught+8(SB)
	MOVQ 16(SI), AX
	MOVQ AX, ·caught+16(SB)
	MOVQ 200(DX), AX
	MOVQ AX, ·caught+24(SB)
	MOVQ 192(DX), AX
	MOVQ AX, ·caught+32(SB)
	MOVQ 168(DX), AX
	MOVQ AX, ·caught+40(SB)
	MOVQ 144(DX), AX
	MOVQ AX, ·caught+48(SB)
	MOVQ 128(DX), AX
	MOVQ AX, ·caught+56(SB)
	MOVQ 152(DX), AX
	MOVQ AX, ·caught+64(SB)
	MOVQ 176(DX), AX
	MOVQ AX, ·caught+72(SB)
	LEAQ back<>(SB), AX
	MOVQ AX, 168(DX)
	MOVQ ·tryingSP(SB), AX
	MOVQ AX, 160(DX)
	MOVQ $0x202, 176(DX)
	MOVQ $0, 296(DX)                // the signal mask
	MOVQ 224(DX), AX                // the FPU's state
	MOVL $0x1f80, 24(AX)
	MOVW $0x37f, 0(AX)
	MOVW $0, 2(AX)
sent:
	RET

// restorer is where handlers return to.
TEXT ·restorer(SB),NOSPLIT|NOFRAME,$0
	MOVL $15, AX
	SYSCALL
	UD2

// startTicker begins a thread that sends this one a signal each tick, so that no call waits for
// long.
TEXT ·startTicker(SB),NOSPLIT|NOFRAME,$0
	MOVL $186, AX
	SYSCALL
	MOVQ AX, ·tickerTo(SB)
	MOVL $56, AX
	MOVQ $0x50f00, DI
	LEAQ ·tickerStack+4096(SB), SI
	XORL DX, DX
	XORL R10, R10
	XORL R8, R8
	SYSCALL
	TESTQ AX, AX
	JEQ tick
	RET
tick:
	MOVL $35, AX
	LEAQ ·tickerTime(SB), DI
	XORL SI, SI
	SYSCALL
	MOVL $234, AX
	MOVL $1, DI
	MOVQ ·tickerTo(SB), SI
	MOVL $10, DX
	SYSCALL
	JMP tick

// Where they are, for the kernel: not the wrappers that Go calls them by.
GLOBL ·handlerAt(SB), RODATA|NOPTR, $8
DATA ·handlerAt+0(SB)/8, $·handler(SB)
GLOBL ·restorerAt(SB), RODATA|NOPTR, $8
DATA ·restorerAt+0(SB)/8, $·restorer(SB)

// first is an entry of the program in place of Go's, whose first system call is not one: it jumps
// to the stub's INT3, as if SYSCALL had stayed in ring 3. A driver that believes it lets SYSCALL
// lead to the stub for good. Then the stub is taken away, by madvise, and ring 0's first
// instruction faults with the stack pointer that is here: in the driver's own stack.
TEXT ·first(SB),NOSPLIT|NOFRAME|TOPFRAME,$0
	MOVQ $28, AX
	MOVQ $0x7ff900000000, DI
	MOVQ $4096, SI
	MOVQ $4, DX
	LEAQ believed<>(SB), CX
	LEAQ 9(DI), BX
	JMP BX

TEXT believed<>(SB),NOSPLIT|NOFRAME|TOPFRAME,$0
	MOVQ $0x3fc800, SP
	SYSCALL
	UD2
