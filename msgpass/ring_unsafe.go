package msgpass

import "unsafe"

// slots is the memory of a ring of one size.
type slots struct {
	// SAFETY: slot 0, aligned to a line; keeps the memory alive, and at alone adds to it.
	base unsafe.Pointer
	mask uint64 // size in bytes - 1; the size is a power of two
}

// makeSlots returns mem as slots. The caller has checked it with checkRing.
func makeSlots(mem []byte) slots {
	// SAFETY: the pointer keeps mem alive; at stays below len(mem) because mask is len(mem)-1.
	return slots{base: unsafe.Pointer(&mem[0]), mask: uint64(len(mem) - 1)}
}

// at returns the line at a position, a multiple of LineBytes that may exceed the ring.
func (s slots) at(position uint64) *Line {
	// SAFETY: position & mask is a multiple of LineBytes below the size, so the line lies inside.
	return (*Line)(unsafe.Add(s.base, position&s.mask))
}

// lineAt returns the line at an offset of mem, which must hold it.
func lineAt(mem []byte, offset int) *Line {
	line := mem[offset : offset+LineBytes]
	// SAFETY: line is LineBytes long, and aligned since windows and offsets are; a Line holds no
	// pointer, so any bytes are a valid one.
	return (*Line)(unsafe.Pointer(&line[0]))
}

// aligned tells whether mem starts at a line.
func aligned(mem []byte) bool {
	// SAFETY: the address is looked at, not used.
	return uintptr(unsafe.Pointer(unsafe.SliceData(mem)))%LineBytes == 0
}

// oneSlot returns slots of a single line.
func oneSlot(l *Line) slots {
	// SAFETY: at stays on the line, because mask is LineBytes-1.
	return slots{base: unsafe.Pointer(l), mask: LineBytes - 1}
}
