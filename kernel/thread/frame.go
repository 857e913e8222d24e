package thread

// Frame has a thread's registers as they were when it entered ring 0, in the order of memory: the
// processor pushes the last five, entry assembly the others. Vector is that of the trap.
type Frame struct {
	R15, R14, R13, R12, R11, R10, R9, R8 uint64
	BP, DI, SI, DX, CX, BX, AX           uint64
	Vector, Error, IP, CS, Flags, SP, SS uint64
}

// What the FPU and SSE start with: all exceptions masked (System V ABI for AMD64, 3.4.1). The
// offsets are those of FXSAVE (Intel SDM volume 1, 10.5.1).
const (
	controlOffset, controlStart = 0, 0x037f
	mxcsrOffset, mxcsrStart     = 24, 0x1f80
)

// ResetFX makes the FPU and SSE state that of a new program.
func (th *Thread) ResetFX() {
	for i := range th.FX {
		th.FX[i] = 0
	}
	th.FX[controlOffset], th.FX[controlOffset+1] = controlStart&0xff, controlStart>>8
	th.FX[mxcsrOffset], th.FX[mxcsrOffset+1] = mxcsrStart&0xff, mxcsrStart>>8
}
