package signal

import "unsafe"

// Compile errors here mean that the frame is not as Linux writes it.
var (
	_ = [1]struct{}{}[unsafe.Sizeof(frame{})-frameBytes]       // SAFETY: a constant.
	_ = [1]struct{}{}[unsafe.Sizeof(context{})-contextBytes]   // SAFETY: a constant.
	_ = [1]struct{}{}[unsafe.Offsetof(context{}.registers)-40] // SAFETY: a constant.
	_ = [1]struct{}{}[unsafe.Offsetof(context{}.ip)-40-128]    // SAFETY: a constant.
	_ = [1]struct{}{}[unsafe.Offsetof(context{}.fpu)-40-184]   // SAFETY: a constant.
	_ = [1]struct{}{}[unsafe.Offsetof(context{}.mask)-40-256]  // SAFETY: a constant.
	_ = [1]struct{}{}[unsafe.Offsetof(info{}.address)-16]      // SAFETY: a constant.
)
