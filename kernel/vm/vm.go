// Package vm is the address space of an instance: which regions it has, what they show, and how
// the driver reaches into them. Pages appear when they are touched first. The driver never uses an
// address of the instance: it looks up the page and goes to physical memory.
package vm

import (
	"skerry/kernel/errno"
	"skerry/kernel/layout"
	"skerry/kernel/paging"
	"skerry/kernel/phys"
)

// Prot is what an instance may do with a region. As the processor has it, whoever may write or
// execute may read.
type Prot uint64

// Protections, with the bits of Linux's PROT_*.
const (
	Read  Prot = 1 << iota
	Write Prot = 1 << iota
	Exec  Prot = 1 << iota
	None  Prot = 0
)

// Kind is what a region shows.
type Kind uint64

// The kinds.
const (
	Zero   Kind = iota // zeros until written
	Image              // a pristine copy, then zeros; the instance writes to copies of its pages
	Fixed              // physical memory itself: windows, and pages to read
	Device             // registers: as Fixed, but uncached, and out of the driver's reach
	Sparse             // as Zero, but used here and there: no page comes with its neighbours
)

// Space is an address space.
type Space struct {
	Regions Regions
	Tables  paging.Tables
}

// Map makes a region in place of what is there. Start is a multiple of a page, size is rounded up.
// An Image shows fileBytes bytes from source on, then zeros; Fixed and Device show source. It
// returns 0, EINVAL, or ENOMEM if there are too many regions; then nothing has changed.
func (s *Space) Map(start, size uint64, prot Prot, kind Kind, source phys.Addr,
	fileBytes uint64,
) int64 {
	end, ok := bounds(start, size)
	if !ok || prot > Read|Write|Exec || source%layout.PageBytes != 0 {
		return errno.EINVAL
	}
	r := Region{Start: start, End: end, Prot: readable(prot), Kind: kind}
	if kind != Zero {
		r.Source = source
	}
	if kind == Image {
		r.FileBytes = min(fileBytes, end-start)
	}
	if !s.Regions.replace(r) {
		return errno.ENOMEM
	}
	s.Tables.Unmap(start, end)
	return 0
}

// MapAnywhere is Map of a free place: the one wished for if it is free, else the first one from
// layout.MapStart on. It also returns where that is.
func (s *Space) MapAnywhere(wish, size uint64, prot Prot, kind Kind, source phys.Addr,
	fileBytes uint64,
) (uint64, int64) {
	if size == 0 {
		return 0, errno.EINVAL
	}
	start := wish
	if end, ok := bounds(wish, size); !ok || !s.Regions.isFree(wish, end) {
		if start, ok = s.Regions.place(size); !ok {
			return 0, errno.ENOMEM
		}
	}
	return start, s.Map(start, size, prot, kind, source, fileBytes)
}

// Unmap removes what is in a range. It returns 0, EINVAL, or ENOMEM if that would leave too many
// regions; then nothing has changed.
func (s *Space) Unmap(start, size uint64) int64 {
	end, ok := bounds(start, size)
	if !ok {
		return errno.EINVAL
	}
	if !s.Regions.remove(start, end) {
		return errno.ENOMEM
	}
	s.Tables.Unmap(start, end)
	return 0
}

// Protect changes what may be done with a range. It returns 0, EINVAL, or ENOMEM if the range has
// a hole, or there would be too many regions; then nothing has changed.
func (s *Space) Protect(start, size uint64, prot Prot) int64 {
	end, ok := bounds(start, size)
	if !ok || prot > Read|Write|Exec {
		return errno.EINVAL
	}
	if !s.Regions.protect(start, end, readable(prot)) {
		return errno.ENOMEM
	}
	s.Tables.Protect(start, end, flags(readable(prot)))
	return 0
}

// Discard takes a range back to what it showed at first. It returns 0, EINVAL, or ENOMEM if the
// range has a hole.
func (s *Space) Discard(start, size uint64) int64 {
	end, ok := bounds(start, size)
	if !ok {
		return errno.EINVAL
	}
	if !s.Regions.covers(start, end) {
		return errno.ENOMEM
	}
	s.Tables.Unmap(start, end)
	return 0
}

// Used returns how many page frames the space holds, tables included.
func (s *Space) Used() uint64 { return s.Tables.Used() }

// bounds returns the end of a range, or false if it is empty, not at page boundaries, or not the
// instance's.
func bounds(start, size uint64) (end uint64, ok bool) {
	if start%layout.PageBytes != 0 || start < layout.UserStart || start >= layout.UserEnd ||
		size == 0 || size > layout.UserEnd-start {
		return 0, false
	}
	return start + roundUp(size), true
}

// roundUp rounds up to whole pages.
func roundUp(n uint64) uint64 { return (n + layout.PageBytes - 1) &^ (layout.PageBytes - 1) }

func readable(prot Prot) Prot {
	if prot != None {
		prot |= Read
	}
	return prot
}

// flags returns the flags of pages that have a protection.
func flags(prot Prot) paging.Entry {
	f := paging.Present
	if prot != None {
		f |= paging.User
	}
	if prot&Write != 0 {
		f |= paging.Writable
	}
	if prot&Exec == 0 {
		f |= paging.NoExecute
	}
	return f
}
