package vm

import (
	"skerry/kernel/layout"
	"skerry/kernel/paging"
	"skerry/kernel/phys"
)

// Result says what became of a page fault.
type Result uint64

// The results. What is Mapped can be tried again; the others are the instance's SIGSEGV, but for
// NoMemory, which ends it.
const (
	Mapped Result = iota
	NoRegion
	Forbidden
	NoMemory
)

// Fault brings in the page at va, for reading unless write or exec.
func (s *Space) Fault(va uint64, write, exec bool) Result {
	r := s.Regions.Find(va)
	if r == nil {
		return NoRegion
	}
	if r.Prot == None || write && r.Prot&Write == 0 || exec && r.Prot&Exec == 0 {
		return Forbidden
	}
	if e, _ := s.Tables.Lookup(va); e.Has(paging.Present) {
		s.Tables.Invalidate(va) // the processor was not up to date
		return Mapped
	}
	if !s.fill(r, va&^(layout.PageBytes-1)) {
		return NoMemory
	}
	return Mapped
}

// fill maps an absent page.
func (s *Space) fill(r *Region, page uint64) bool {
	offset := page - r.Start
	source := r.Source + phys.Addr(offset)
	switch {
	case r.Kind == Fixed:
		return s.mapFixed(r, page, source)
	case offset >= r.FileBytes:
		around := page &^ (aroundBytes - 1)
		start := max(r.Start+r.FileBytes, around) // FileBytes: 0 unless an Image
		end := min(r.End, around+aroundBytes)
		return s.Tables.Fill(page, roundUp(start), end, flags(r.Prot))
	case r.Prot&Write == 0 && offset+layout.PageBytes <= r.FileBytes:
		return s.Tables.Map(page, source, flags(r.Prot))
	}
	return s.copyImage(r, page, source)
}

// mapFixed maps a page in place, or the whole block around it if that lies in the region.
func (s *Space) mapFixed(r *Region, page uint64, source phys.Addr) bool {
	const inBlock = layout.BlockBytes - 1
	block := page &^ inBlock
	if (page^uint64(source))&inBlock == 0 &&
		block >= r.Start && r.End-block >= layout.BlockBytes &&
		s.Tables.MapBlock(block, source&^inBlock, flags(r.Prot)) {
		return true
	}
	return s.Tables.Map(page, source, flags(r.Prot))
}

// copyImage maps a copy of a page of an image; after the file's last byte it is zero.
func (s *Space) copyImage(r *Region, page uint64, source phys.Addr) bool {
	if !s.Tables.Fill(page, page, page, flags(r.Prot)) {
		return false
	}
	e, _ := s.Tables.Lookup(page)
	bytes := min(r.FileBytes-(page-r.Start), layout.PageBytes)
	s.Tables.Memory.Copy(e.Addr(), source, bytes)
	return true
}
