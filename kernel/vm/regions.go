package vm

import (
	"skerry/kernel/layout"
	"skerry/kernel/phys"
)

// Region is a range of addresses that are alike.
type Region struct {
	Start, End uint64    // multiples of a page
	Source     phys.Addr // what Start shows; 0 if the kind is Zero
	FileBytes  uint64    // of an Image: so much comes from Source, at most all
	Prot       Prot
	Kind       Kind
}

// Regions is the regions of a space, in order. They do not overlap, and no two neighbours could be
// one.
type Regions struct {
	count uint64
	found uint64 // the index that Find returned last
	list  [RegionsMax]Region
}

// Find returns the region that va is in, or nil. It looks first where it was the last time.
func (r *Regions) Find(va uint64) *Region {
	f := &r.list[r.found%RegionsMax]
	if va >= f.Start && va < f.End && r.found < r.count {
		return f
	}
	i := r.after(va)
	if i == r.count || r.list[i].Start > va {
		return nil
	}
	r.found = i
	return &r.list[i]
}

// after returns the index of the first region that ends after va.
func (r *Regions) after(va uint64) uint64 {
	low, high := uint64(0), r.count
	for low < high {
		middle := (low + high) / 2
		if r.list[middle].End > va {
			high = middle
		} else {
			low = middle + 1
		}
	}
	return low
}

func (r *Regions) isFree(start, end uint64) bool {
	i := r.after(start)
	return i == r.count || r.list[i].Start >= end
}

// covers tells whether there is no hole in a range.
func (r *Regions) covers(start, end uint64) bool {
	for i := r.after(start); i < r.count && r.list[i].Start <= start; i++ {
		if start = r.list[i].End; start >= end {
			return true
		}
	}
	return false
}

// place returns where the first hole of at least so many bytes begins, from layout.MapStart on.
func (r *Regions) place(size uint64) (uint64, bool) {
	start := uint64(layout.MapStart)
	for i := r.after(start); i < r.count; i++ {
		if next := r.list[i].Start; next > start && next-start >= size {
			break
		}
		start = r.list[i].End
	}
	_, ok := bounds(start, size)
	return start, ok
}

// replace puts a region in place of what is there, if there is room.
func (r *Regions) replace(n Region) bool {
	if !r.hasRoom(n.Start, n.End, 1) {
		return false
	}
	i, j := r.split(n.Start), r.split(n.End)
	r.move(j, i+1)
	r.list[i] = n
	r.join(i, i+1)
	return true
}

// remove removes what is in a range, if there is room for what is left.
func (r *Regions) remove(start, end uint64) bool {
	if !r.hasRoom(start, end, 0) {
		return false
	}
	i, j := r.split(start), r.split(end)
	r.move(j, i)
	return true
}

// protect changes the protection in a range without holes, if there is room.
func (r *Regions) protect(start, end uint64, prot Prot) bool {
	if !r.covers(start, end) || !r.hasRoom(start, end, 0) {
		return false
	}
	i, j := r.split(start), r.split(end)
	for k := i; k < j; k++ {
		r.list[k].Prot = prot
	}
	r.join(i, j)
	return true
}

// hasRoom tells whether there can be some more regions after splits at start and end.
func (r *Regions) hasRoom(start, end, more uint64) bool {
	return r.count+r.cuts(start)+r.cuts(end)+more <= RegionsMax
}

// cuts returns 1 if va lies inside a region, not at its start.
func (r *Regions) cuts(va uint64) uint64 {
	if f := r.Find(va); f != nil && f.Start < va {
		return 1
	}
	return 0
}

// split makes va a boundary and returns the index of the first region from there on.
func (r *Regions) split(va uint64) uint64 {
	i := r.after(va)
	if i == r.count || r.list[i].Start >= va {
		return i
	}
	r.move(i, i+1)
	left, right := &r.list[i], &r.list[i+1]
	bytes := va - left.Start
	left.End, right.Start = va, va
	if right.Kind != Zero {
		right.Source += phys.Addr(bytes)
	}
	left.FileBytes = min(left.FileBytes, bytes)
	right.FileBytes -= left.FileBytes
	return i + 1
}

// join makes regions one where that says the same: those of indices from-1 to to.
func (r *Regions) join(from, to uint64) {
	kept := max(from, 1) - 1
	end := min(to+1, r.count)
	for i := kept + 1; i < end; i++ {
		last, next := &r.list[kept], &r.list[i]
		if last.continues(next) {
			last.End = next.End
			last.FileBytes += next.FileBytes
		} else if kept++; kept < i {
			r.list[kept] = *next
		}
	}
	r.move(end, kept+1)
}

// continues tells whether b only goes on with what a has.
func (a *Region) continues(b *Region) bool {
	bytes := a.End - a.Start
	return a.End == b.Start && a.Prot == b.Prot && a.Kind == b.Kind &&
		(a.Kind == Zero || a.Source+phys.Addr(bytes) == b.Source) &&
		(a.FileBytes == bytes || b.FileBytes == 0)
}

// move moves the regions from index from on to index to, and so makes room or removes some. It
// does without copy, since Go's memmove has instructions that not every machine has in ring 0.
func (r *Regions) move(from, to uint64) {
	for i := r.count; to > from && i > from; i-- {
		r.list[i-1-from+to] = r.list[i-1]
	}
	for i := from; to < from && i < r.count; i++ {
		r.list[i-from+to] = r.list[i]
	}
	r.count += to - from
}
