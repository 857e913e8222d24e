package files

import "unsafe"

// A compile error here means that Stat is not as Linux has it.
var _ = [1]struct{}{}[unsafe.Sizeof(Stat{})-144] // SAFETY: a constant.
