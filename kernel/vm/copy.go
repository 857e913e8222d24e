package vm

import (
	"skerry/kernel/layout"
	"skerry/kernel/paging"
	"skerry/kernel/phys"
)

// CopyIn reads from va as the instance could, or returns false; a part may have been read then.
func (s *Space) CopyIn(dst []byte, va uint64) bool { return s.transfer(dst, va, false) }

// CopyOut writes to va as the instance could, or returns false; a part may have been written then.
func (s *Space) CopyOut(va uint64, src []byte) bool { return s.transfer(src, va, true) }

func (s *Space) transfer(bytes []byte, va uint64, write bool) bool {
	for len(bytes) > 0 {
		a, n := s.reach(va, uint64(len(bytes)), write)
		switch {
		case n == 0:
			return false
		case write:
			s.Tables.Memory.Store(a, bytes[:n])
		default:
			s.Tables.Memory.Load(bytes[:n], a)
		}
		bytes, va = bytes[n:], va+n
	}
	return true
}

// Slice returns the bytes from va to n bytes on or to the end of the page, for the driver to read
// before the instance runs again. It returns nil if the instance could not read there.
func (s *Space) Slice(va, n uint64) []byte {
	a, n := s.reach(va, n, false)
	if n == 0 {
		return nil
	}
	return s.Tables.Memory.Bytes(a, n)
}

// reach returns where va is, and how many of n bytes follow it in its page: 0 if the instance could
// not do that there, or n is 0. No range can wrap around: it would go through what is not the
// instance's.
func (s *Space) reach(va, n uint64, write bool) (phys.Addr, uint64) {
	want := paging.Present | paging.User
	if write {
		want |= paging.Writable
	}
	e, size := s.Tables.Lookup(va)
	if e&(want|paging.Uncached) != want {
		if s.Fault(va, write, false) != Mapped {
			return 0, 0
		}
		if e, size = s.Tables.Lookup(va); e.Has(paging.Uncached) {
			return 0, 0 // a device's registers: not in the direct map
		}
	}
	return e.Addr() + phys.Addr(va&(size-1)), min(n, layout.PageBytes-va%layout.PageBytes)
}
