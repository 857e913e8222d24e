package vm

import (
	"bytes"
	"fmt"
	"slices"

	"skerry/kernel/layout"
	"skerry/kernel/paging"
	"skerry/kernel/phys"
)

// The arena that tests have for physical memory.
const (
	page       = layout.PageBytes
	root       = phys.Addr(1 * page) // prebuilt tables: the root, and below it two that the driver
	low        = phys.Addr(2 * page) // has entries in too
	gib0       = phys.Addr(3 * page)
	driver     = phys.Addr(4 * page)
	image      = phys.Addr(5 * page)
	imagePages = 16
	pool       = image + imagePages*page
	poolPages  = 40
	fixed      = phys.Addr(layout.BlockBytes) // a block, as windows are
	fixedBytes = layout.BlockBytes
)

// A rig is a space on a machine: physical memory, and what a processor remembers of the tables.
type rig struct {
	space  Space
	arena  []byte
	image  []byte // pristine
	memory phys.Memory
	frames phys.Frames

	present map[uint64]paging.Entry // as of the last look
	blocks  map[uint64]paging.Entry
	tables  map[phys.Addr]bool
	tlb     map[uint64]paging.Entry // what was present and was not invalidated since
	inTLB   map[phys.Addr]bool      // tables, likewise; any invalidation drops them all
}

func newRig() *rig {
	r := &rig{arena: make([]byte, fixed+fixedBytes)}
	r.memory = phys.Over(r.arena)
	for i := range r.arena[image:pool] {
		r.arena[image:][i] = byte(i>>8^i) | 1
	}
	r.image = bytes.Clone(r.arena[image:pool])
	r.reset(poolPages)
	return r
}

// reset makes the space new, with so many frames. They are dirty, as after another life.
func (r *rig) reset(frames uint64) {
	clear(r.arena[root:image])
	clear(r.arena[fixed:])
	table := paging.Present | paging.Writable | paging.User
	r.memory.Table(root)[0] = uint64(paging.Entry(low) | table)
	r.memory.Table(low)[0] = uint64(paging.Entry(gib0) | table)
	r.memory.Table(gib0)[1] = uint64(paging.Entry(driver) | paging.Present | paging.Writable)
	r.memory.Table(root)[256] = uint64(paging.Entry(driver) | paging.Present | paging.Writable)
	r.frames.Init(&r.memory, pool, pool+phys.Addr(frames*page))
	r.tlb, r.inTLB = map[uint64]paging.Entry{}, map[phys.Addr]bool{}
	r.space = Space{Tables: paging.Tables{
		Root: root, Memory: &r.memory, Frames: &r.frames, Invalidate: r.invalidate,
	}}
}

func (r *rig) invalidate(va uint64) {
	delete(r.tlb, va&^(page-1))
	delete(r.tlb, va&^(layout.BlockBytes-1)|1) // see look
	clear(r.inTLB)
}

// look reads the whole tree and checks what has to hold whatever the instance does.
func (r *rig) look() error {
	r.present, r.tables = map[uint64]paging.Entry{}, map[phys.Addr]bool{}
	r.blocks = map[uint64]paging.Entry{}
	r.walk(root, 4, 0)
	if e := r.memory.Table(gib0)[1]; e != uint64(driver)|3 || r.memory.Table(root)[256] != e {
		return fmt.Errorf("the driver's entry is %#x", e)
	}
	if !bytes.Equal(r.arena[image:pool], r.image) {
		return fmt.Errorf("the pristine image has changed")
	}
	if err := r.checkTLB(); err != nil {
		return err
	}
	return r.checkFrames()
}

// walk collects what is mapped below a table. A block's key is its address + 1.
func (r *rig) walk(table phys.Addr, level uint, base uint64) {
	for i, word := range r.memory.Table(table) {
		e, va := paging.Entry(word), base+uint64(i)<<(12+9*(level-1))
		switch {
		case !e.Has(paging.Present) || va >= 1<<47 || e.Addr() == driver:
		case level == 1:
			r.present[va] = e
		case level == 2 && e.Has(paging.Huge):
			r.blocks[va] = e
		default:
			if e.Has(paging.Owned) {
				r.tables[e.Addr()] = true
			}
			r.walk(e.Addr(), level-1, va)
		}
	}
}

// checkTLB refuses entries that have changed while the processor may remember them.
func (r *rig) checkTLB() error {
	for va, e := range r.tlb {
		if r.present[va] != e && r.blocks[va&^1] != e {
			return fmt.Errorf("page %#x was %#x, and was not invalidated", va, e)
		}
	}
	for table := range r.inTLB {
		if !r.tables[table] {
			return fmt.Errorf("nothing was invalidated after table %#x was freed", table)
		}
	}
	for va, e := range r.present {
		r.tlb[va] = e
	}
	for va, e := range r.blocks {
		r.tlb[va|1] = e
	}
	for table := range r.tables {
		r.inTLB[table] = true
	}
	return nil
}

// checkFrames wants each frame of the pool in one place: a table, a page, or free.
func (r *rig) checkFrames() error {
	var seen []phys.Addr
	for table := range r.tables {
		seen = append(seen, table)
	}
	for va, e := range r.present {
		if e.Has(paging.Owned) {
			seen = append(seen, e.Addr())
		} else if e.Addr() >= pool && e.Addr() < fixed {
			return fmt.Errorf("page %#x has a frame that it does not own: %#x", va, e)
		}
	}
	used := uint64(len(seen))
	if used != r.space.Used() || used != r.frames.Used() {
		return fmt.Errorf("%d frames are used, the space says %d, the pool %d",
			used, r.space.Used(), r.frames.Used())
	}
	slices.Sort(seen)
	if n := len(slices.Compact(seen)); uint64(n) != used {
		return fmt.Errorf("%d frames in %d places", n, used)
	}
	return r.checkFree(seen)
}

// checkFree takes all frames that are left, and puts them back, dirty.
func (r *rig) checkFree(all []phys.Addr) error {
	used, total := len(all), int(r.frames.Total())
	for a, ok := r.frames.Take(); ok && len(all) <= total; a, ok = r.frames.Take() {
		all = append(all, a)
	}
	for _, a := range slices.Backward(all[used:]) {
		r.arena[a+page-1] = 0xee
		r.frames.Put(a)
	}
	n := len(all)
	slices.Sort(all)
	if different := len(slices.Compact(all)); n != total || different != n {
		return fmt.Errorf("%d frames, %d different ones: want %d", n, different, total)
	}
	return nil
}
