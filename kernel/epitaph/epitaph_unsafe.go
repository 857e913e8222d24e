package epitaph

import "unsafe"

// A compile error here means that Page is not PageBytes long, or a Record has other words.
var (
	_ = [1]struct{}{}[unsafe.Sizeof(Page{})-PageBytes]       // SAFETY: a constant; nothing is cast.
	_ = [1]struct{}{}[unsafe.Sizeof(Record{})-8*recordWords] // SAFETY: likewise.
)

// words returns the record as it lies on a page.
func (r *Record) words() *[recordWords]uint64 {
	// SAFETY: as large as the array, without pointers; any words are a record.
	return (*[recordWords]uint64)(unsafe.Pointer(r))
}

// At returns the page that lies in mem, or nil if mem is shorter than a page or not 8-byte aligned.
func At(mem []byte) *Page {
	if len(mem) < PageBytes {
		return nil
	}
	// SAFETY: mem is at least a page long, and any bytes are a valid Page, which holds no pointer.
	p := unsafe.Pointer(&mem[0])
	if uintptr(p)%8 != 0 {
		return nil
	}
	return (*Page)(p)
}
