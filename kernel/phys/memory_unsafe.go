package phys

import "unsafe"

// Memory is how physical memory is seen and worked on. Its owner fills it in once: ring 0 with the
// direct map and string instructions, tests with Over.
type Memory struct {
	Base unsafe.Pointer // SAFETY: where physical address 0 is seen; what follows it never moves.

	// Zero clears bytes, Move copies them; they need not be aligned, and do not overlap.
	Zero func(p unsafe.Pointer, bytes uint64)        // SAFETY: called with p in the memory at Base.
	Move func(dst, src unsafe.Pointer, bytes uint64) // SAFETY: called with both bytes long.
}

// Over returns memory that is an arena, whose first byte has physical address 0.
func Over(arena []byte) Memory {
	return Memory{
		Base: unsafe.Pointer(unsafe.SliceData(arena)), // SAFETY: keeps the arena alive.
		Zero: zero,
		Move: move,
	}
}

func zero(p unsafe.Pointer, bytes uint64) { // SAFETY: see Memory.Zero.
	b := unsafe.Slice((*byte)(p), bytes) // SAFETY: see Memory.Zero.
	for i := range b {
		b[i] = 0
	}
}

func move(dst, src unsafe.Pointer, bytes uint64) { // SAFETY: see Memory.Move.
	copy(unsafe.Slice((*byte)(dst), bytes), unsafe.Slice((*byte)(src), bytes)) // SAFETY: likewise.
}

// Word returns the word at a, which is a multiple of 8.
func (m *Memory) Word(a Addr) *uint64 {
	return (*uint64)(unsafe.Add(m.Base, a)) // SAFETY: any bytes are a word.
}

// Table returns the page at a as words.
func (m *Memory) Table(a Addr) *[EntriesCount]uint64 {
	return (*[EntriesCount]uint64)(unsafe.Add(m.Base, a)) // SAFETY: any bytes are words.
}

// Bytes returns the n bytes at a.
func (m *Memory) Bytes(a Addr, n uint64) []byte {
	return unsafe.Slice((*byte)(unsafe.Add(m.Base, a)), n) // SAFETY: no pointers are in there.
}

// Clear zeroes the n bytes at a.
func (m *Memory) Clear(a Addr, n uint64) {
	m.Zero(unsafe.Add(m.Base, a), n) // SAFETY: as Bytes.
}

// Copy copies n bytes from src to dst.
func (m *Memory) Copy(dst, src Addr, n uint64) {
	m.Move(unsafe.Add(m.Base, dst), unsafe.Add(m.Base, src), n) // SAFETY: as Bytes.
}

// Load fills dst from a.
func (m *Memory) Load(dst []byte, a Addr) {
	p := unsafe.Pointer(unsafe.SliceData(dst))                   // SAFETY: as long as dst.
	m.Move(noEscape(p), unsafe.Add(m.Base, a), uint64(len(dst))) // SAFETY: as Bytes.
}

// Store copies src to a.
func (m *Memory) Store(a Addr, src []byte) {
	p := unsafe.Pointer(unsafe.SliceData(src))                   // SAFETY: as long as src.
	m.Move(unsafe.Add(m.Base, a), noEscape(p), uint64(len(src))) // SAFETY: as Bytes.
}

// BytesOf returns the memory of a value that has no pointers.
func BytesOf[T any](v *T) []byte {
	return unsafe.Slice((*byte)(unsafe.Pointer(v)), unsafe.Sizeof(*v)) // SAFETY: as long as v.
}

// noEscape returns p, hidden from the compiler's escape analysis: Move keeps no pointer, but the
// compiler cannot know, and would put the callers' buffers on the heap.
func noEscape(p unsafe.Pointer) unsafe.Pointer { // SAFETY: p outlives the call of Move.
	return unsafe.Add(unsafe.Pointer(nil), uintptr(p)) // SAFETY: p again, nothing in between.
}
