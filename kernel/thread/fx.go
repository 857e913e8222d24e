package thread

// FX is the state of the FPU and SSE as FXSAVE64 writes it (Intel SDM volume 1, 10.5.1).
type FX struct {
	Control          uint16
	status           [22]byte
	MXCSR, MXCSRMask uint32
	registers        [480]byte
}

// Reset makes the state that of a new program: all exceptions masked (System V ABI for AMD64,
// 3.4.1).
func (fx *FX) Reset() { *fx = FX{Control: 0x037f, MXCSR: 0x1f80} }
