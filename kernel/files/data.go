package files

import (
	"skerry/kernel/errno"
	"skerry/kernel/layout"
)

// Read copies bytes of a file from an offset on, up to its end, and returns how many.
func (t *Tree) Read(n Node, offset uint64, to []byte) uint64 {
	s := t.at(n)
	if offset >= s.Bytes {
		return 0
	}
	size := min(uint64(len(to)), s.Bytes-offset)
	if !t.Writable(n) {
		return uint64(copy(to, bytesAt(s.Data+offset, size)))
	}
	for done := uint64(0); done < size; {
		at := offset + done
		count := min(layout.PageBytes-at%layout.PageBytes, size-done)
		part := to[done:][:count]
		if t.used(n, at/layout.PageBytes) {
			copy(part, bytesAt(t.place(n, at), count))
		} else {
			zero(part)
		}
		done += count
	}
	return size
}

func zero(b []byte) {
	for i := range b {
		b[i] = 0
	}
}

// Write copies bytes to a file in /tmp, and returns how many there was memory for. If they
// cannot be read, what it has grown by is zeros: the caller looks first.
func (t *Tree) Write(n Node, offset uint64, from []byte, now uint64) (uint64, int64) {
	if offset >= bytesMax {
		return 0, errno.EFBIG
	}
	size := min(uint64(len(from)), bytesMax-offset)
	end := offset
	for end < offset+size && t.take(n, end/layout.PageBytes) {
		end = min(end&^(layout.PageBytes-1)+layout.PageBytes, offset+size)
	}
	if end == offset && size > 0 {
		return 0, errno.ENOSPC
	}
	s := t.at(n)
	if size > 0 {
		s.Bytes, s.modified = max(s.Bytes, end), now
	}
	return uint64(copy(bytesAt(t.place(n, offset), end-offset), from)), 0
}

// Truncate makes a file in /tmp shorter, or longer by zeros.
func (t *Tree) Truncate(n Node, size, now uint64) int64 {
	if size > bytesMax {
		return errno.EFBIG
	}
	page, within := size/layout.PageBytes, size%layout.PageBytes
	if within != 0 { // what is behind it in its page
		if t.used(n, page) {
			zero(bytesAt(t.place(n, size), layout.PageBytes-within))
		}
		page++
	}
	t.dropFrom(n, page)
	s := t.at(n)
	s.Bytes, s.modified = size, now
	return 0
}
