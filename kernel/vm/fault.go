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
	if !s.fill(r, va&^(layout.PageBytes-1)) {
		return NoMemory
	}
	return Mapped
}

// fill maps a page. If it is there already the processor was not up to date, and is told.
func (s *Space) fill(r *Region, page uint64) bool {
	offset := page - r.Start
	switch {
	case r.Kind == Fixed:
		return s.mapFixed(r, page, r.Source+phys.Addr(offset))
	case r.Kind == Device:
		return s.Tables.Map(page, r.Source+phys.Addr(offset), flags(r.Prot)|paging.Uncached)
	case offset < r.FileBytes:
		return s.mapImage(r, page, r.Source+phys.Addr(offset))
	case r.Kind == Sparse:
		_, ok := s.Tables.Fill(page, page, page, flags(r.Prot))
		return ok
	}
	around := page &^ (aroundBytes - 1)
	start := max(roundUp(r.Start+r.FileBytes), around) // FileBytes: 0 unless an Image
	_, ok := s.Tables.Fill(page, start, min(r.End, around+aroundBytes), flags(r.Prot))
	return ok
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

// mapImage maps a page in place if nobody can write to it and the file fills it. Else it maps a
// copy; after the file's last byte that is zero.
func (s *Space) mapImage(r *Region, page uint64, source phys.Addr) bool {
	bytes := min(r.FileBytes-(page-r.Start), layout.PageBytes)
	if e, _ := s.Tables.Lookup(page); e.Has(paging.Present) {
		s.Tables.Invalidate(page)
		return true
	}
	if r.Prot&Write == 0 && bytes == layout.PageBytes {
		return s.Tables.Map(page, source, flags(r.Prot))
	}
	frame, ok := s.Tables.Fill(page, page, page, flags(r.Prot))
	if ok {
		s.Tables.Memory.Copy(frame, source, bytes)
	}
	return ok
}
