package files

import "skerry/kernel/layout"

// A node's room, by offsets.
const (
	mapOffset  = 256
	dataOffset = 0x1_0000
	bytesMax   = 1 << 30 // of its data
	wordPages  = 64      // that a word of the map is about
	tablePages = 2       // that the driver needs to map a room, of which little is in use
)

// Negative indexes, and so compile errors, mean that something does not fit.
var (
	_ = [mapOffset - NameMax]struct{}{}
	_ = [dataOffset - mapOffset - bytesMax/layout.PageBytes/8]struct{}{}
	_ = [layout.TemporaryBytes - dataOffset - bytesMax]struct{}{}
)

// room returns where a node's room is.
func (t *Tree) room(n Node) uint64 { return t.Temporary + uint64(n%slotsMax)*layout.TemporaryBytes }

// place returns where an offset of a file in /tmp is.
func (t *Tree) place(n Node, offset uint64) uint64 { return t.room(n) + dataOffset + offset }

// word returns where the word of a node's map is that a page of its data is in, and in which page
// of the room that lies.
func (t *Tree) word(n Node, page uint64) (at, head uint64) {
	offset := mapOffset + page/wordPages*8
	return t.room(n) + offset, offset / layout.PageBytes
}

// used tells whether a page of a file in /tmp is in use.
func (t *Tree) used(n Node, page uint64) bool {
	at, head := t.word(n, page)
	return t.at(n).heads>>head&1 != 0 && *wordAt(at)>>(page%wordPages)&1 != 0
}

// take makes sure that a page of a file in /tmp is in use. It returns false if there is no memory.
func (t *Tree) take(n Node, page uint64) bool {
	if t.used(n, page) {
		return true
	}
	at, head := t.word(n, page)
	if !t.takeHead(n, head) || !t.count(n, 1) {
		return false
	}
	*wordAt(at) |= 1 << (page % wordPages)
	return true
}

// takeHead is take for a page of the room before the data.
func (t *Tree) takeHead(n Node, head uint64) bool {
	s, pages := t.at(n), uint64(1)
	if s.heads == 0 {
		pages += tablePages
	}
	if s.heads>>head&1 == 0 {
		if !t.count(n, pages) {
			return false
		}
		s.heads |= 1 << head
	}
	return true
}

// count counts more pages of a room, if there is memory for them.
func (t *Tree) count(n Node, pages uint64) bool {
	total, used := t.Memory()
	if t.pages+pages > t.pagesMax ||
		total-min(total, used) < reserveBytes+pages*layout.PageBytes {
		return false
	}
	t.pages += pages
	t.at(n).pages += pages
	return true
}

// dropFrom makes holes of the pages of a file in /tmp from one on.
func (t *Tree) dropFrom(n Node, page uint64) {
	const pagesMax = bytesMax / layout.PageBytes
	s, before := t.at(n), t.pages
	for start := page; start < pagesMax; start = start&^(wordPages-1) + wordPages {
		at, head := t.word(n, start)
		if s.heads>>head&1 == 0 {
			continue
		}
		w := wordAt(at)
		dropped := *w >> (start % wordPages) << (start % wordPages)
		*w &^= dropped
		for ; dropped != 0; dropped &= dropped - 1 {
			t.pages--
			s.pages--
		}
	}
	if t.pages != before {
		t.Discard(t.place(n, page*layout.PageBytes), bytesMax-page*layout.PageBytes)
	}
}
