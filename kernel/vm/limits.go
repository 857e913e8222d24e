package vm

import "skerry/kernel/layout"

const (
	// RegionsMax bounds the regions of a space. A Go program has about 40; each mapping with its
	// own rights next to others adds one.
	RegionsMax = 512

	// aroundBytes is how much of a zero region one fault fills, at a multiple of that.
	aroundBytes = 8 * layout.PageBytes
)
