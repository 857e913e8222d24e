package thread

import "unsafe"

// Compile errors here mean that entry assembly would save registers elsewhere than Thread says.
var (
	_ = [1]struct{}{}[unsafe.Offsetof(Thread{}.FX)]        // SAFETY: a constant.
	_ = [1]struct{}{}[unsafe.Offsetof(Thread{}.Frame)-512] // SAFETY: a constant.
	_ = [1]struct{}{}[unsafe.Sizeof(FX{})-512]             // SAFETY: a constant.
	_ = [1]struct{}{}[unsafe.Sizeof(Frame{})-22*8]         // SAFETY: a constant.
	_ = [1]struct{}{}[unsafe.Sizeof(Thread{})%64]          // SAFETY: a constant.
)
