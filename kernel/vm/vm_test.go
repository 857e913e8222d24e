package vm

import (
	"bytes"
	"testing"

	"skerry/kernel/errno"
	"skerry/kernel/layout"
	"skerry/kernel/paging"
)

// Reservations take no memory, what is used in them takes little, and all of it comes back.
func TestReservationsAreSparse(t *testing.T) {
	r := newRig()
	s := &r.space
	const half = 512 << 20
	at, err := s.MapAnywhere(0, 2*half, None, Zero, 0, 0)
	if at != layout.MapStart || err != 0 || s.Used() != 0 {
		t.Fatalf("MapAnywhere: %#x, %d, %d frames", at, err, s.Used())
	}
	if got := s.Fault(at+half, false, false); got != Forbidden {
		t.Errorf("fault in a reservation: %d, want Forbidden", got)
	}
	for i := range uint64(4) { // sparse, each in a table of its own
		if err := s.Map(at+i*half/2, half/8, Read|Write, Zero, 0, 0); err != 0 {
			t.Fatalf("Map %d: %d", i, err)
		}
		if !Store(s, at+i*half/2+page, uint64(i)) {
			t.Fatalf("Store %d", i)
		}
	}
	if used := s.Used(); used > 4*8+4+2 {
		t.Errorf("%d frames for four touches", used)
	}
	if err := s.Unmap(at, 2*half); err != 0 || s.Used() > 1 || s.Regions.count != 0 {
		t.Errorf("Unmap: %d, %d frames, %d regions", err, s.Used(), s.Regions.count)
	}
	if err := r.look(); err != nil {
		t.Error(err)
	}
}

// No address outside of the instance's memory is read, written, or mapped.
func TestForeignAddressesAreRefused(t *testing.T) {
	r := newRig()
	s := &r.space
	s.Map(layout.UserStart, page, Read|Write, Zero, 0, 0)
	s.Map(layout.UserEnd-page, page, Read|Write, Zero, 0, 0)
	for _, va := range []uint64{
		0, 8, layout.Driver, layout.UserStart - 8, layout.UserEnd, 1<<47 - 8, 1 << 47, 1 << 63,
		layout.DirectMap, layout.DirectMap | layout.UserStart, ^uint64(7),
		layout.UserStart | 1<<48, layout.UserStart | 1<<63,
	} {
		_, ok64 := Load[uint64](s, va)
		_, ok32 := Load[uint32](s, va)
		if ok64 || ok32 || Store(s, va, uint64(1)) || Store(s, va, uint32(1)) ||
			s.Slice(va, 1) != nil {
			t.Errorf("%#x: a word was reached", va)
		}
		if s.CopyIn(make([]byte, 9), va) || s.CopyOut(va, make([]byte, 9)) {
			t.Errorf("%#x: bytes were reached", va)
		}
		if got := s.Fault(va, false, false); got != NoRegion {
			t.Errorf("%#x: fault gave %d, want NoRegion", va, got)
		}
		for _, size := range []uint64{page, -va, 1 << 63} {
			err := s.Map(va, size, Read, Zero, 0, 0)
			if err != errno.EINVAL || s.Unmap(va, size) != err || s.Protect(va, size, Read) != err {
				t.Errorf("%#x: Map gave %d, want EINVAL", va, err)
			}
		}
	}
	const last = layout.UserEnd - 4
	if s.CopyOut(last, make([]byte, 8)) || !s.CopyOut(last, make([]byte, 4)) {
		t.Error("the last bytes: want them alone")
	}
	if err := r.look(); err != nil {
		t.Error(err)
	}
}

// Words are what was written there, whether they are aligned, cross a page, or not.
func TestWords(t *testing.T) {
	s := &newRig().space
	const at = layout.UserStart
	s.Map(at, 2*page, Read|Write, Zero, 0, 0)
	s.Map(at+2*page, page, Read, Zero, 0, 0)
	for _, va := range []uint64{at, at + 8, at + 3, at + page - 3, at + 2*page - 8} {
		want := 0x1122_3344_5566_7788 ^ va
		ok := Store(s, va, uint64(want))
		if got, ok2 := Load[uint64](s, va); !ok || !ok2 || got != want {
			t.Errorf("Load(%#x): %#x, want %#x", va, got, want)
		}
		if low, ok := Load[uint32](s, va); !ok || low != uint32(want) {
			t.Errorf("Load of half of %#x: %#x, %v", va, low, ok)
		}
	}
	if Store(s, at+2*page-4, uint64(1)) || Store(s, at+2*page, uint32(1)) {
		t.Error("Store into a page to read")
	}
	if _, ok := Load[uint64](s, at+3*page-4); ok {
		t.Error("Load over the end")
	}
}

// Slice gives a page's rest at most, and only what may be read.
func TestSlice(t *testing.T) {
	s := &newRig().space
	const at = layout.UserStart
	s.Map(at, 2*page, Read|Write, Zero, 0, 0)
	s.Map(at+2*page, page, None, Zero, 0, 0)
	s.CopyOut(at+page-3, []byte("abcdef"))
	if got := s.Slice(at+page-3, 6); !bytes.Equal(got, []byte("abc")) {
		t.Errorf("%q, want abc", got)
	}
	if got := s.Slice(at+page, 2); !bytes.Equal(got, []byte("de")) {
		t.Errorf("%q, want de", got)
	}
	if s.Slice(at+2*page, 1) != nil || s.Slice(at, 0) != nil {
		t.Error("a slice of nothing")
	}
}

// Where nothing is left to map, MapAnywhere says so and changes nothing.
func TestMapAnywhereRunsOut(t *testing.T) {
	s := &newRig().space
	const all = layout.UserEnd - layout.MapStart
	if _, err := s.MapAnywhere(0, all+1, Read, Zero, 0, 0); err != errno.ENOMEM {
		t.Errorf("more than there is: %d", err)
	}
	if at, err := s.MapAnywhere(0, all, Read, Zero, 0, 0); at != layout.MapStart || err != 0 {
		t.Errorf("all: %#x, %d", at, err)
	}
	if _, err := s.MapAnywhere(0, 1, Read, Zero, 0, 0); err != errno.ENOMEM {
		t.Errorf("one byte more: %d", err)
	}
	if _, err := s.MapAnywhere(0, 0, Read, Zero, 0, 0); err != errno.EINVAL {
		t.Errorf("no byte: %d", err)
	}
	if s.Regions.count != 1 {
		t.Errorf("%d regions, want 1", s.Regions.count)
	}
}

// One fault of a zero region fills pages around it, one of an image, or of what is sparse, its own
// page alone.
func TestFaultAround(t *testing.T) {
	s := &newRig().space
	const at = layout.UserStart
	s.Map(at, 4*aroundBytes, Read|Write, Zero, 0, 0)
	s.Map(at+2*page, page, Read|Write, Image, image, page)
	s.Fault(at+4*page, true, false)
	present := func() (n int) {
		for va := uint64(at); va < at+4*aroundBytes; va += page {
			if e, _ := s.Tables.Lookup(va); e != 0 {
				n++
			}
		}
		return n
	}
	if n := present(); n != 5 {
		t.Errorf("%d pages, want 5: those between the image and the next multiple of 8", n)
	}
	s.Fault(at+2*page, true, false)
	if n := present(); n != 6 {
		t.Errorf("%d pages, want 6: that of the image more", n)
	}
	s.Map(at, 4*aroundBytes, Read|Write, Sparse, 0, 0)
	s.Fault(at+4*page, true, false)
	if n := present(); n != 1 {
		t.Errorf("%d pages, want 1: what is sparse is filled page by page", n)
	}
}

// A device's registers are mapped in place, uncached and page by page, and the driver does not
// reach them for the instance, before they are touched or after. Planted: Fixed in place of Device.
func TestDevice(t *testing.T) {
	r := newRig()
	s := &r.space
	const at = layout.Devices
	reaches := func(va uint64) bool {
		_, ok := Load[uint64](s, va)
		return ok || Store(s, va, uint64(1)) || s.Slice(va, 8) != nil
	}
	s.Map(at, layout.BlockBytes, Read|Write, Device, fixed, 0)
	for range 2 {
		if reaches(at + page) {
			t.Error("registers were reached: want them refused")
		}
		e, size := s.Tables.Lookup(at + page)
		if !e.Has(paging.Uncached|paging.User|paging.Writable|paging.NoExecute) ||
			e.Addr() != fixed+page || size != page {
			t.Errorf("entry %#x, %d bytes: want an uncached page of the registers", e, size)
		}
		if s.Fault(at+page, true, false) != Mapped {
			t.Error("a fault at registers: want them mapped")
		}
	}
	if s.Map(at, layout.BlockBytes, Read|Write, Fixed, fixed, 0); !reaches(at + page) {
		t.Error("memory in the registers' place passes too")
	}
}
