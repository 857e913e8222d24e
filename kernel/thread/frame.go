package thread

// Frame has a thread's registers as they were when it entered ring 0, in the order of memory: the
// processor pushes the last five, entry assembly the others.
type Frame struct {
	R15, R14, R13, R12, R11, R10, R9, R8 uint64
	BP, DI, SI, DX, CX, BX, AX           uint64

	Vector, Error, IP, CS, Flags, SP, SS uint64
}

// Vectors that no exception or interrupt has. A thread that made a system call goes on by SYSRET,
// which uses up CX and R11; one that is to go on with all registers of its frame, by IRETQ.
const (
	VectorCall   = 256
	VectorResume = 257
)
