package paging

import (
	"skerry/kernel/layout"
	"skerry/kernel/phys"
)

// Tables is a tree of page tables. Frames of tables come from the pool, those of the prebuilt ones
// do not.
type Tables struct {
	Root       phys.Addr
	Memory     *phys.Memory
	Frames     *phys.Frames
	Invalidate func(va uint64) // drops what the TLB and the paging-structure caches hold of va
	used       uint64
}

// Used returns how many frames the tables hold: owned pages, and tables themselves.
func (t *Tables) Used() uint64 { return t.used }

// Lookup returns the entry that maps va and the bytes that it maps, or no entry and the bytes of
// the hole that va is in.
func (t *Tables) Lookup(va uint64) (Entry, uint64) {
	if !isUser(va) {
		return 0, layout.PageBytes
	}
	table := t.Root
	for level := uint(rootLevel); ; level -= levelBits {
		e := Entry(t.Memory.Table(table)[index(va, level)])
		switch {
		case !e.Has(Present):
			return 0, bytesAt(level)
		case level == pageLevel || e.Has(Huge):
			return e, bytesAt(level)
		}
		table = e.Addr()
	}
}

// Map maps a page, in place of what was there, which must not be owned. It returns false if there
// was no frame for a table, or a block is there.
func (t *Tables) Map(va uint64, pa phys.Addr, flags Entry) bool {
	return t.set(va, pageLevel, Entry(pa)|flags|Present)
}

// MapBlock maps 2 MiB, va and pa being multiples of that. It returns false if there was no frame
// for a table, or a table of pages is there.
func (t *Tables) MapBlock(va uint64, pa phys.Addr, flags Entry) bool {
	return t.set(va, blockLevel, Entry(pa)|flags|Present|Huge)
}

func (t *Tables) set(va uint64, level uint, e Entry) bool {
	table := t.table(va, level)
	if table == nil {
		return false
	}
	slot := &table[index(va, level)]
	old := Entry(*slot)
	if level == blockLevel && old.Has(Present) && !old.Has(Huge) {
		return false
	}
	*slot = uint64(e)
	if old.Has(Present) {
		t.Invalidate(va)
	}
	return true
}

// Fill maps an own, zeroed frame at va, unless there is something already, and returns it. While
// the pool has frames in a row, va's neighbours in [start, end) get one too, as far as they are
// absent and in the same table. Fill returns false if there was no frame for va, or a block is
// there.
func (t *Tables) Fill(va, start, end uint64, flags Entry) (phys.Addr, bool) {
	table := t.table(va, pageLevel)
	if table == nil {
		return 0, false
	}
	if e := Entry(table[index(va, pageLevel)]); e.Has(Present) {
		t.Invalidate(va)
		return e.Addr(), true
	}
	from, to := hole(table, va, start, end)
	frame, ok := t.Frames.TakeRun((to - from) / layout.PageBytes)
	if !ok {
		from, to = va, va+layout.PageBytes
		if frame, ok = t.Frames.Take(); !ok {
			return 0, false
		}
	}
	t.used += (to - from) / layout.PageBytes
	e := Entry(frame) | flags | Present | Owned
	for at := from; at < to; at += layout.PageBytes {
		table[index(at, pageLevel)] = uint64(e)
		e += layout.PageBytes
	}
	return frame + phys.Addr(va-from), true
}

// hole returns which pages around va are absent without a gap, within [start, end) and a table.
func hole(table *[phys.EntriesCount]uint64, va, start, end uint64) (from, to uint64) {
	block := va &^ (layout.BlockBytes - 1)
	start, end = max(start, block), min(end, block+layout.BlockBytes)
	from, to = va, va+layout.PageBytes
	for from > start && Entry(table[index(from-layout.PageBytes, pageLevel)])&Present == 0 {
		from -= layout.PageBytes
	}
	for to < end && Entry(table[index(to, pageLevel)])&Present == 0 {
		to += layout.PageBytes
	}
	return from, to
}

// table returns the table that has va's entry of a level, made where it is missing. It returns nil
// if there was no frame, or a block is in its place.
func (t *Tables) table(va uint64, level uint) *[phys.EntriesCount]uint64 {
	if !isUser(va) {
		return nil
	}
	table := t.Memory.Table(t.Root)
	for at := uint(rootLevel); at > level; at -= levelBits {
		slot := &table[index(va, at)]
		if !Entry(*slot).Has(Present) {
			frame, ok := t.take()
			if !ok {
				return nil
			}
			*slot = uint64(Entry(frame) | tableFlags)
		}
		e := Entry(*slot)
		if e.Has(Huge) {
			return nil
		}
		table = t.Memory.Table(e.Addr())
	}
	return table
}

func (t *Tables) take() (phys.Addr, bool) {
	frame, ok := t.Frames.Take()
	if ok {
		t.used++
	}
	return frame, ok
}

func (t *Tables) put(frame phys.Addr) {
	t.Frames.Put(frame)
	t.used--
}
