package files

import (
	"skerry/kernel/errno"
	"skerry/kernel/layout"
	"skerry/kernel/paging"
	"skerry/kernel/phys"
)

// What is written is mapped in page tables that no processor uses: there each node has a range of
// addresses for its bytes, and behind all of these a page for its name.
const bytesMax = 1 << 30

// place returns where an offset of a file is.
func place(n Node, offset uint64) uint64 { return uint64(n)*bytesMax + offset }

// nameOf returns where the name of a node is; None's is what holes read as: zeros.
func nameOf(n Node) uint64 { return place(slotsMax, uint64(n)*layout.PageBytes) }

// page returns the frame of the page at a place, or 0.
func (t *Tree) page(at uint64) phys.Addr {
	e, _ := t.pages.Lookup(at)
	return e.Addr()
}

// newPage is page, but takes a frame if there is none. It returns 0 if there are no more.
func (t *Tree) newPage(at uint64) phys.Addr {
	const tables = 3 // that it may take, too
	at &^= layout.PageBytes - 1
	frame := t.page(at)
	if frame == 0 && t.Used()+tables < t.FramesMax {
		frame, _ = t.pages.Fill(at, at, at, paging.NoExecute)
	}
	return frame
}

// Chunk returns bytes of a file from an offset on: as many as lie together, none at its end.
func (t *Tree) Chunk(n Node, offset uint64) []byte {
	s := t.at(n)
	switch {
	case offset >= s.Bytes:
		return nil
	case !t.Writable(n):
		return t.Memory.Bytes(phys.Addr(s.Data+offset), s.Bytes-offset)
	}
	page := t.page(place(n, offset))
	if page == 0 {
		page = t.zeros
	}
	within := offset % layout.PageBytes
	return t.Memory.Bytes(page+phys.Addr(within), min(layout.PageBytes-within, s.Bytes-offset))
}

// Write copies bytes to a file in /tmp, up to the end of a page of it, and returns how many.
func (t *Tree) Write(n Node, offset uint64, src []byte, now uint64) (uint64, int64) {
	if offset >= bytesMax {
		return 0, errno.EFBIG
	}
	page := t.newPage(place(n, offset))
	if page == 0 {
		return 0, errno.ENOSPC
	}
	s, within := t.at(n), offset%layout.PageBytes
	count := min(uint64(len(src)), layout.PageBytes-within)
	t.Memory.Store(page+phys.Addr(within), src[:count])
	s.Bytes, s.modified = max(s.Bytes, offset+count), now
	return count, 0
}

// Truncate makes a file in /tmp shorter, or longer by zeros.
func (t *Tree) Truncate(n Node, size, now uint64) int64 {
	if size > bytesMax {
		return errno.EFBIG
	}
	end := place(n, size)
	if within := size % layout.PageBytes; within != 0 { // what is behind it in its page
		if page := t.page(end); page != 0 {
			t.Memory.Clear(page+phys.Addr(within), layout.PageBytes-within)
		}
		end += layout.PageBytes - within
	}
	t.pages.Unmap(end, place(n+1, 0))
	s := t.at(n)
	s.Bytes, s.modified = size, now
	return 0
}
