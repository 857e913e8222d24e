package paging

import (
	"skerry/kernel/layout"
	"skerry/kernel/phys"
)

// Unmap removes what is mapped in [start, end), gives owned frames back, and those of tables that
// it empties as a whole. A block that it has a part of goes altogether.
func (t *Tables) Unmap(start, end uint64) {
	t.edit(t.Root, rootLevel, max(start, layout.UserStart), min(end, layout.UserEnd), 0)
}

// Protect changes the flags of owned pages in [start, end). What is not owned is unmapped, blocks
// that have a part there altogether: it can be mapped anew with other flags, or be copied.
func (t *Tables) Protect(start, end uint64, flags Entry) {
	flags |= Present | Owned
	t.edit(t.Root, rootLevel, max(start, layout.UserStart), min(end, layout.UserEnd), flags)
}

// edit gives owned pages of a table these flags, or removes them if there are none.
func (t *Tables) edit(table phys.Addr, level uint, start, end uint64, flags Entry) {
	entries, bytes := t.Memory.Table(table), bytesAt(level)
	for va, next := start, uint64(0); va < end; va = next {
		next = min(va&^(bytes-1)+bytes, end)
		slot := &entries[index(va, level)]
		switch e := Entry(*slot); {
		case !e.Has(Present):
		case level > pageLevel && !e.Has(Huge):
			t.edit(e.Addr(), level-levelBits, va, next, flags)
			if flags == 0 && next-va == bytes { // never one of the prebuilt ones: they have more
				t.remove(slot, va)
			}
		case flags != 0 && e.Has(Owned):
			*slot = uint64(Entry(e.Addr()) | flags)
			t.Invalidate(va)
		default:
			t.remove(slot, va)
		}
	}
}

// remove clears an entry. INVLPG of any address also drops all that the processor remembers of
// tables (volume 3, section 4.10.4.1), so that the frame may be one.
func (t *Tables) remove(slot *uint64, va uint64) {
	e := Entry(*slot)
	*slot = 0
	t.Invalidate(va)
	if e.Has(Owned) {
		t.put(e.Addr())
	}
}
