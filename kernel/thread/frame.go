package thread

// Registers are in the order of memory, which is that of Linux's struct sigcontext.
type Registers struct {
	R8, R9, R10, R11, R12, R13, R14, R15 uint64
	DI, SI, BP, BX, DX, AX, CX           uint64
}

// Frame has a thread's registers as they were when it entered ring 0, in the order of memory: the
// processor pushes the last five, entry assembly the others.
type Frame struct {
	Registers
	Vector, Error, IP, CS, Flags, SP, SS uint64
}

// Vectors that no exception or interrupt has. A thread that made a system call goes on by SYSRET,
// which uses up CX and R11; one that is to go on with all registers of its frame, by IRETQ.
const (
	VectorCall   = 256
	VectorResume = 257
)
