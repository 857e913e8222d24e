package commons

import (
	"unsafe"

	"skerry/kernel/layout"
)

// Compile errors here mean that the drawing in commons.go is wrong.
var (
	_ = [1]struct{}{}[unsafe.Sizeof(Clock{})-clockBytes]         // SAFETY: a constant.
	_ = [1]struct{}{}[unsafe.Offsetof(Block{}.Mail)-0x2000]      // SAFETY: a constant.
	_ = [1]struct{}{}[unsafe.Offsetof(Block{}.Last)-0x4_2000]    // SAFETY: a constant.
	_ = [1]struct{}{}[unsafe.Offsetof(Block{}.Output)-0x8_2000]  // SAFETY: a constant.
	_ = [1]struct{}{}[unsafe.Offsetof(Block{}.Trace)-0x10_2000]  // SAFETY: a constant.
	_ = [1]struct{}{}[unsafe.Offsetof(Block{}.Local)-0x18_2800]  // SAFETY: a constant.
	_ = [1]struct{}{}[unsafe.Offsetof(Block{}.Device)-0x18_2c10] // SAFETY: a constant.
	_ = [1]struct{}{}[unsafe.Sizeof(Device{})-152]               // SAFETY: a constant.
	_ = [layout.BlockBytes - unsafe.Sizeof(Block{})]struct{}{}   // SAFETY: a constant.
	_ = [1]struct{}{}[unsafe.Sizeof(Status{})-64]                // SAFETY: a constant.
	_ = [1]struct{}{}[unsafe.Sizeof(Mail{})-64]                  // SAFETY: a constant.
)
