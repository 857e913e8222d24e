package main

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"

	"skerry/kernel"
	"skerry/kernel/layout"
)

// canary is memory that nobody else should change: of the heap, of the window between cores 0 and
// 2, and what instances share to read.
type canary struct {
	heap, window []byte
	shared       uint32
}

const (
	heapBytes   = 1 << 20
	windowStart = 4096 // before it the two cores talk
)

// pattern is the n-th word of what a core keeps.
func pattern(core kernel.CoreID, n int) uint64 {
	return (uint64(n)<<8 | uint64(core)) * 0x9e37_79b9_7f4a_7c15
}

func fill(b []byte, core kernel.CoreID) {
	for i := 0; i < len(b); i += 8 {
		binary.LittleEndian.PutUint64(b[i:], pattern(core, i))
	}
}

// newCanary fills the heap's part. Core 0 fills the window.
func newCanary(core kernel.CoreID, window []byte) *canary {
	c := &canary{heap: make([]byte, heapBytes), window: window[windowStart:]}
	fill(c.heap, core)
	if core == 0 {
		fill(c.window, 0)
	}
	c.shared = c.sum()
	return c
}

// sum is of what is mapped in all instances: the clock, the vDSO, the stub, text and constants.
func (c *canary) sum() uint32 {
	sum := crc32.ChecksumIEEE(memory(layout.Clock, 2*layout.PageBytes))
	sum = crc32.Update(sum, crc32.IEEETable, memory(layout.Stub, layout.PageBytes))
	return crc32.Update(sum, crc32.IEEETable, memory(layout.UserStart, textBytes()))
}

// textBytes returns the size of what the program's first segment has in memory.
func textBytes() uint64 {
	header := memory(layout.UserStart, 64)
	table := layout.UserStart + binary.LittleEndian.Uint64(header[32:])
	for i := range uint64(binary.LittleEndian.Uint16(header[56:])) {
		segment := memory(table+i*56, 56)
		if binary.LittleEndian.Uint64(segment[16:]) == layout.UserStart {
			return binary.LittleEndian.Uint64(segment[32:])
		}
	}
	panic("no segment at the start")
}

// check returns what has changed, and makes right what is the core's to make right.
func (c *canary) check(core kernel.CoreID) (changed string) {
	if changed = intact("heap", c.heap, core); changed != "" {
		fill(c.heap, core)
	}
	window := intact("window", c.window, 0)
	if window != "" && core == 0 {
		fill(c.window, 0)
	}
	changed += window
	if sum := c.sum(); sum != c.shared {
		c.shared = sum
		changed += " shared"
	}
	return changed
}

func intact(name string, b []byte, core kernel.CoreID) (changed string) {
	want := make([]byte, 4096)
	for at := 0; at < len(b); at += len(want) {
		part := b[at:min(at+len(want), len(b))]
		for i := 0; i < len(part); i += 8 {
			binary.LittleEndian.PutUint64(want[i:], pattern(core, at+i))
		}
		if !bytes.Equal(part, want[:len(part)]) {
			return fmt.Sprintf(" %s near %#x", name, at)
		}
	}
	return ""
}
