package vm

import (
	"strings"
	"testing"

	"skerry/kernel/errno"
	"skerry/kernel/layout"
	"skerry/kernel/paging"
	"skerry/kernel/phys"
)

// planted are spaces with a bug, and what the comparison has to say of each.
var planted = []struct {
	bug, says string
	plant     func(*Space) subject
}{
	{"Discard leaves the pages", "Discard", as[lazyDiscard]},
	{"Unmap in the middle loses what is right of it", "regions", as[losesRight]},
	{"the end of a range wraps around", "want -22", as[wraps]},
	{"a frame is freed twice", "frames", as[freesTwice]},
	{"a frame is never freed", "frames", as[leaks]},
	{"CopyOut ignores the protection", "CopyOut", as[writesAnywhere]},
	{"CopyIn strips an address to 47 bits", "CopyIn", as[strips]},
	{"CopyIn stops at the end of a page", "CopyIn", as[stopsAtPage]},
	{"the image itself is given to write", "Fault", as[givesImage]},
	{"the file goes on after its last byte", "other contents", as[longFile]},
	{"Protect forgets the pages", "Protect", as[protectsRegionsOnly]},
	{"Protect gives the image in place to write", "pristine image", as[protectsInPlace]},
	{"data can be executed", "rights", as[executable]},
	{"a fault fills beyond the region", "want nothing", as[fillsBeyond]},
	{"neighbours join whatever their rights", "regions", as[joinsAll]},
	{"a refused Map has unmapped", "regions", as[mapsHalf]},
	{"Protect skips holes", "want -12", as[skipsHoles]},
	{"the processor is not told", "invalidated", as[silent]},
	{"a wish is granted over what is there", "MapAnywhere", as[grantsWishes]},
	{"a fault gives PROT_NONE pages", "Fault", as[faultsNone]},
}

// Each planted bug is found, by what it does wrong; without one nothing is found.
func TestPlantedBugsAreFound(t *testing.T) {
	rig := newRig()
	for _, p := range planted {
		t.Run(p.bug, func(t *testing.T) {
			var err error
			for seed := uint64(1); err == nil && seed < 200; seed++ {
				err = play(rig, p.plant(&rig.space), tape(seed))
			}
			if err == nil || !strings.Contains(err.Error(), p.says) {
				t.Errorf("found %v: want %q", err, p.says)
			}
		})
	}
}

func as[Broken interface {
	~struct{ *Space }
	subject
}](s *Space) subject {
	return Broken(struct{ *Space }{s})
}

type lazyDiscard struct{ *Space }

func (s lazyDiscard) Discard(start, size uint64) int64 {
	end, ok := bounds(start, size)
	switch {
	case !ok:
		return errno.EINVAL
	case !s.Regions.covers(start, end):
		return errno.ENOMEM
	}
	return 0
}

type losesRight struct{ *Space }

func (s losesRight) Unmap(start, size uint64) int64 {
	r := s.Regions.Find(start)
	if end, ok := bounds(start, size); ok && r != nil && r.Start < start && r.End > end {
		size = r.End - start
	}
	return s.Space.Unmap(start, size)
}

type wraps struct{ *Space }

func (s wraps) Unmap(start, size uint64) int64 {
	if start%page == 0 && start >= layout.UserStart && start+size < start {
		return 0 // an empty range
	}
	return s.Space.Unmap(start, size)
}

// owned returns the first owned page in a range of less than a block.
func (s *Space) owned(start, size uint64) (uint64, paging.Entry) {
	for va := start; size < layout.BlockBytes && va < start+size; va += page {
		if e, _ := s.Tables.Lookup(va); e.Has(paging.Present | paging.Owned) {
			return va, e
		}
	}
	return 0, 0
}

type freesTwice struct{ *Space }

func (s freesTwice) Unmap(start, size uint64) int64 {
	_, e := s.owned(start, size)
	err := s.Space.Unmap(start, size)
	if err == 0 && e != 0 {
		s.Tables.Frames.Put(e.Addr())
	}
	return err
}

type leaks struct{ *Space }

func (s leaks) Unmap(start, size uint64) int64 {
	if va, e := s.owned(start, size); e != 0 {
		s.Tables.Map(va, image, 0)
	}
	return s.Space.Unmap(start, size)
}

type writesAnywhere struct{ *Space }

func (s writesAnywhere) CopyOut(va uint64, src []byte) bool {
	e, _ := s.Tables.Lookup(va)
	if e.Has(paging.Owned) && va%page+uint64(len(src)) <= page {
		s.Tables.Memory.Store(e.Addr()+phys.Addr(va%page), src)
		return true
	}
	return s.Space.CopyOut(va, src)
}

type strips struct{ *Space }

func (s strips) CopyIn(dst []byte, va uint64) bool { return s.Space.CopyIn(dst, va&(1<<47-1)) }

type stopsAtPage struct{ *Space }

func (s stopsAtPage) CopyIn(dst []byte, va uint64) bool {
	return s.Space.CopyIn(dst[:min(uint64(len(dst)), page-va%page)], va)
}

type givesImage struct{ *Space }

func (s givesImage) Fault(va uint64, write, exec bool) Result {
	r := s.Regions.Find(va)
	e, _ := s.Tables.Lookup(va)
	if r != nil && r.Kind == Image && write && e == 0 && va-r.Start+page < r.FileBytes {
		va &^= page - 1
		s.Tables.Map(va, r.Source+phys.Addr(va-r.Start), flags(r.Prot|Write))
	}
	return s.Space.Fault(va, write, exec)
}

type longFile struct{ *Space }

func (s longFile) Fault(va uint64, write, exec bool) Result {
	result := s.Space.Fault(va, write, exec)
	r := s.Regions.Find(va)
	if result == Mapped && r.Kind == Image && (va-r.Start)/page == r.FileBytes/page {
		e, _ := s.Tables.Lookup(va)
		s.Tables.Memory.Copy(e.Addr(), r.Source+phys.Addr(r.FileBytes&^(page-1)), page)
	}
	return result
}

type protectsRegionsOnly struct{ *Space }

func (s protectsRegionsOnly) Protect(start, size uint64, prot Prot) int64 {
	tables := s.Tables
	s.Tables.Root = driver // empty
	defer func() { s.Tables.Root = tables.Root }()
	return s.Space.Protect(start, size, prot)
}

type protectsInPlace struct{ *Space }

func (s protectsInPlace) Protect(start, size uint64, prot Prot) int64 {
	before := map[uint64]paging.Entry{}
	for va := start; size < layout.BlockBytes && va < start+size; va += page {
		before[va], _ = s.Tables.Lookup(va)
	}
	err := s.Space.Protect(start, size, prot)
	for va, e := range before {
		if err == 0 && e != 0 && !e.Has(paging.Owned) && !e.Has(paging.Huge) {
			s.Tables.Map(va, e.Addr(), flags(readable(prot)))
		}
	}
	return err
}

type executable struct{ *Space }

func (s executable) Fault(va uint64, write, exec bool) Result {
	result := s.Space.Fault(va, write, exec)
	if e, size := s.Tables.Lookup(va); result == Mapped && size == page {
		s.Tables.Map(va, e.Addr(), e&^paging.NoExecute&(1<<12-1))
	}
	return result
}

type fillsBeyond struct{ *Space }

func (s fillsBeyond) Fault(va uint64, write, exec bool) Result {
	result := s.Space.Fault(va, write, exec)
	if r := s.Regions.Find(va); result == Mapped && s.Regions.isFree(r.End, r.End+page) {
		s.Tables.Fill(r.End, r.End, r.End, flags(r.Prot))
	}
	return result
}

type joinsAll struct{ *Space }

func (s joinsAll) Protect(start, size uint64, prot Prot) int64 {
	err := s.Space.Protect(start, size, prot)
	if i := s.Regions.after(start); err == 0 && i > 0 {
		s.Regions.list[i].Prot = s.Regions.list[i-1].Prot
		s.Regions.join(i, i)
	}
	return err
}

type mapsHalf struct{ *Space }

func (s mapsHalf) Map(start, size uint64, prot Prot, kind Kind, source phys.Addr,
	file uint64,
) int64 {
	err := s.Space.Map(start, size, prot, kind, source, file)
	if err == errno.ENOMEM {
		s.Space.Unmap(start, page)
	}
	return err
}

type skipsHoles struct{ *Space }

func (s skipsHoles) Protect(start, size uint64, prot Prot) int64 {
	err := s.Space.Protect(start, size, prot)
	if err == errno.ENOMEM {
		return 0
	}
	return err
}

type silent struct{ *Space }

func (s silent) Unmap(start, size uint64) int64 {
	invalidate := s.Tables.Invalidate
	s.Tables.Invalidate = func(uint64) {}
	defer func() { s.Tables.Invalidate = invalidate }()
	return s.Space.Unmap(start, size)
}

type grantsWishes struct{ *Space }

func (s grantsWishes) MapAnywhere(wish, size uint64, prot Prot, kind Kind, source phys.Addr,
	file uint64,
) (uint64, int64) {
	if err := s.Map(wish, size, prot, kind, source, file); err == 0 {
		return wish, 0
	}
	return s.Space.MapAnywhere(wish, size, prot, kind, source, file)
}

type faultsNone struct{ *Space }

func (s faultsNone) Fault(va uint64, write, exec bool) Result {
	if r := s.Regions.Find(va); r != nil && r.Prot == None && !write && !exec {
		return Mapped
	}
	return s.Space.Fault(va, write, exec)
}
