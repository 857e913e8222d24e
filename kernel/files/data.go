package files

import (
	"skerry/kernel/errno"
	"skerry/kernel/layout"
	"skerry/kernel/phys"
)

// A slot's frame holds its name, and from word indexStart on the frames of its index: each of them
// has the frames of blockPages pages of data. 0 is a hole.
const (
	indexStart = nameRoom / 8
	indexCount = phys.EntriesCount - indexStart
	blockPages = phys.EntriesCount
	bytesMax   = indexCount * blockPages * layout.PageBytes
)

// Chunk returns bytes of a file from an offset on: as many as lie together, none at its end.
func (t *Tree) Chunk(n Node, offset uint64) []byte {
	s := t.at(n)
	switch {
	case offset >= s.size:
		return nil
	case s.frame == 0:
		return t.Memory.Bytes(s.data+phys.Addr(offset), s.size-offset)
	}
	page := t.page(s, offset/layout.PageBytes)
	if page == 0 {
		page = t.zeros
	}
	within := offset % layout.PageBytes
	return t.Memory.Bytes(page+phys.Addr(within), min(layout.PageBytes-within, s.size-offset))
}

// Write copies bytes to a file in /tmp, up to the end of a page of it, and returns how many.
func (t *Tree) Write(n Node, offset uint64, src []byte, now uint64) (uint64, int64) {
	if offset >= bytesMax {
		return 0, errno.EFBIG
	}
	s := t.at(n)
	page := t.newPage(s, offset/layout.PageBytes)
	if page == 0 {
		return 0, errno.ENOSPC
	}
	within := offset % layout.PageBytes
	count := min(uint64(len(src)), layout.PageBytes-within)
	t.Memory.Store(page+phys.Addr(within), src[:count])
	s.size, s.modified = max(s.size, offset+count), now
	return count, 0
}

// Truncate makes a file in /tmp shorter, or longer by zeros.
func (t *Tree) Truncate(n Node, size, now uint64) int64 {
	s := t.at(n)
	if size > bytesMax {
		return errno.EFBIG
	}
	t.cut(s, size)
	s.size, s.modified = size, now
	return 0
}

// cut frees the pages from size on, and zeroes what is behind it in its page.
func (t *Tree) cut(s *slot, size uint64) {
	keep := (size + layout.PageBytes - 1) / layout.PageBytes
	if page := t.page(s, size/layout.PageBytes); page != 0 {
		within := size % layout.PageBytes
		t.Memory.Clear(page+phys.Addr(within), layout.PageBytes-within)
	}
	index := t.Memory.Table(s.frame)
	for i := keep / blockPages; i < indexCount; i++ {
		if index[indexStart+i] == 0 {
			continue
		}
		from := max(keep, i*blockPages) - i*blockPages
		t.cutBlock(phys.Addr(index[indexStart+i]), from)
		if from == 0 {
			t.put(phys.Addr(index[indexStart+i]))
			index[indexStart+i] = 0
		}
	}
}

func (t *Tree) cutBlock(block phys.Addr, from uint64) {
	pages := t.Memory.Table(block)
	for i := from; i < blockPages; i++ {
		if pages[i] != 0 {
			t.put(phys.Addr(pages[i]))
			pages[i] = 0
		}
	}
}

// page returns the frame of a page of data, or 0.
func (t *Tree) page(s *slot, page uint64) phys.Addr {
	if page >= indexCount*blockPages {
		return 0
	}
	block := t.Memory.Table(s.frame)[indexStart+page/blockPages]
	if block == 0 {
		return 0
	}
	return phys.Addr(t.Memory.Table(phys.Addr(block))[page%blockPages])
}

// newPage is page, but takes frames where there are none. It returns 0 if there are no more.
func (t *Tree) newPage(s *slot, page uint64) phys.Addr {
	block := t.ensure(&t.Memory.Table(s.frame)[indexStart+page/blockPages])
	if block == 0 {
		return 0
	}
	return t.ensure(&t.Memory.Table(block)[page%blockPages])
}

func (t *Tree) ensure(entry *uint64) phys.Addr {
	if *entry == 0 {
		frame, _ := t.take()
		*entry = uint64(frame)
	}
	return phys.Addr(*entry)
}
