package phys

import "skerry/kernel/layout"

// Frames is a pool of page frames: those of one range. First the range is used up from below;
// frames given back are used again before that. A free frame's first word is the address of the
// next one, so the pool needs no memory of its own. Frame 0 is never used: 0 ends the list.
type Frames struct {
	memory      *Memory
	start       Addr
	fresh, end  Addr // not used yet
	free        Addr // the first of the frames given back
	used, total uint64
}

// Init makes the pool own the whole pages of a range.
func (f *Frames) Init(memory *Memory, start, end Addr) {
	f.memory = memory
	f.start = max(start+layout.PageBytes-1, layout.PageBytes) &^ (layout.PageBytes - 1)
	f.end = max(end&^(layout.PageBytes-1), f.start)
	f.fresh, f.free = f.start, 0
	f.used, f.total = 0, uint64(f.end-f.start)/layout.PageBytes
}

// Take returns a zeroed frame, or false if there is none left.
func (f *Frames) Take() (Addr, bool) {
	a := f.free
	switch {
	case a != 0:
		f.free = Addr(*f.memory.Word(a))
	case f.fresh < f.end:
		a = f.fresh
		f.fresh += layout.PageBytes
	default:
		return 0, false
	}
	f.used++
	f.memory.Clear(a, layout.PageBytes)
	return a, true
}

// TakeRun returns n zeroed frames in a row, or false if there are none that were never used before,
// or others should be used first.
func (f *Frames) TakeRun(n uint64) (Addr, bool) {
	a, bytes := f.fresh, n*layout.PageBytes
	if f.free != 0 || bytes > uint64(f.end-a) {
		return 0, false
	}
	f.fresh += Addr(bytes)
	f.used += n
	f.memory.Clear(a, bytes)
	return a, true
}

// Put gives back a frame that Take returned.
func (f *Frames) Put(a Addr) {
	if a < f.start || a >= f.fresh || a%layout.PageBytes != 0 || f.used == 0 {
		panic("phys: a frame came back that the pool did not give")
	}
	*f.memory.Word(a) = uint64(f.free)
	f.free = a
	f.used--
}

// Used returns how many frames are taken.
func (f *Frames) Used() uint64 { return f.used }

// Total returns how many frames there are, taken or not.
func (f *Frames) Total() uint64 { return f.total }
