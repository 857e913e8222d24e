package thread

// FX is the state of the FPU and SSE as FXSAVE64 writes it (Intel SDM volume 1, 10.5.1).
type FX [512]byte

// Offsets in FX, and what a program starts with: all exceptions masked (System V ABI for AMD64,
// 3.4.1).
const (
	controlOffset, controlStart = 0, 0x037f
	mxcsrOffset, mxcsrStart     = 24, 0x1f80
	mxcsrMaskOffset             = 28
)

// mxcsrMaskDefault is meant by a mask of 0 (Intel SDM volume 1, 11.6.6).
const mxcsrMaskDefault = 0xffbf

// Reset makes the state that of a new program.
func (fx *FX) Reset() {
	*fx = FX{}
	fx[controlOffset], fx[controlOffset+1] = controlStart&0xff, controlStart>>8
	fx.setWord(mxcsrOffset, mxcsrStart)
}

// MXCSR returns the control and status word of SSE.
func (fx *FX) MXCSR() uint32 { return fx.word(mxcsrOffset) }

// MXCSRMask returns the bits of MXCSR that the processor has, if it has written this state.
func (fx *FX) MXCSRMask() uint32 {
	if mask := fx.word(mxcsrMaskOffset); mask != 0 {
		return mask
	}
	return mxcsrMaskDefault
}

// Restrict makes a state that comes from elsewhere one that FXRSTOR64 takes: it faults at bits of
// MXCSR outside its mask.
func (fx *FX) Restrict(mxcsrMask uint32) {
	fx.setWord(mxcsrOffset, fx.MXCSR()&mxcsrMask)
	fx.setWord(mxcsrMaskOffset, mxcsrMask)
}

func (fx *FX) word(i int) uint32 {
	return uint32(fx[i]) | uint32(fx[i+1])<<8 | uint32(fx[i+2])<<16 | uint32(fx[i+3])<<24
}

func (fx *FX) setWord(i int, w uint32) {
	fx[i], fx[i+1], fx[i+2], fx[i+3] = byte(w), byte(w>>8), byte(w>>16), byte(w>>24)
}
