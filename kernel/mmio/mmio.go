// Package mmio is memory in which each access counts, in its order and size: registers of devices,
// and words that a device watches in memory.
package mmio

import (
	"fmt"

	"skerry/kernel"
)

// Range is a range of such memory.
type Range struct{ memory []byte }

var _ kernel.Registers = (*Range)(nil)

// Over returns the range that memory is. It must be aligned to the widest access to come.
func Over(memory []byte) *Range { return &Range{memory} }

// Size implements kernel.Registers.
func (r *Range) Size() int { return len(r.memory) }

// check panics unless an access of so many bytes is in the range and aligned.
func (r *Range) check(offset, bytes int) {
	if offset < 0 || offset%bytes != 0 || offset > len(r.memory)-bytes {
		panic(fmt.Sprintf("mmio: %d bytes at offset %#x: want it aligned, and within %#x bytes",
			bytes, offset, len(r.memory)))
	}
}
