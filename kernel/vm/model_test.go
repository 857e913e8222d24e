package vm

import (
	"bytes"
	"fmt"
	"maps"
	"slices"

	"skerry/kernel/errno"
	"skerry/kernel/layout"
	"skerry/kernel/paging"
	"skerry/kernel/phys"
)

// A model is an address space as a map of pages, without regions, tables or frames.
type model struct {
	pages map[uint64]*modelPage
	order []uint64 // of their addresses; nil if not known
	image []byte
	fixed []byte
	dirty []phys.Addr // pages of it that were written
}

type modelPage struct {
	prot   Prot
	kind   Kind
	source phys.Addr
	file   uint64 // bytes of the page that come from source
	data   []byte // what was written; nil if nothing
	held   bool   // has a frame of its own
	near   bool   // may have one: a fault was close
}

func newModel(r *rig) *model {
	return &model{
		pages: map[uint64]*modelPage{}, image: r.image, fixed: make([]byte, fixedBytes),
	}
}

// end is one past the last byte of a range of the instance's; 0 if it is none. All in 128 bits,
// so to speak: nothing is added before it is known to fit.
func end(start, size uint64) uint64 {
	if start%page != 0 || start < 0x40_0000 || size == 0 || start > 1<<47-page ||
		size > 1<<47-page-start {
		return 0
	}
	for size%page != 0 {
		size++
	}
	return start + size
}

// in returns the addresses of pages that exist in a range.
func (m *model) in(start, end uint64) []uint64 {
	if m.order == nil {
		m.order = slices.Sorted(maps.Keys(m.pages))
	}
	i, _ := slices.BinarySearch(m.order, start)
	j, _ := slices.BinarySearch(m.order, end)
	return m.order[i:max(i, j)]
}

// regions returns the longest runs of pages that are alike.
func (m *model) regions() []Region {
	var list []Region
	var last *modelPage
	for _, va := range m.in(0, 1<<63) {
		p := m.pages[va]
		if len(list) > 0 && list[len(list)-1].End == va && alike(last, p) {
			list[len(list)-1].End += page
			list[len(list)-1].FileBytes += p.file
		} else {
			list = append(list, Region{va, va + page, p.source, p.file, p.prot, p.kind})
		}
		last = p
	}
	return list
}

func alike(a, b *modelPage) bool {
	return a.prot == b.prot && a.kind == b.kind && (a.file == page || b.file == 0) &&
		(a.kind == Zero || a.source+page == b.source)
}

// fits tells whether there may be some more regions after cuts at start and end.
func (m *model) fits(start, end uint64, more int) bool {
	list := m.regions()
	for _, r := range list {
		for _, va := range []uint64{start, end} {
			if va > r.Start && va < r.End {
				more++
			}
		}
	}
	return len(list)+more <= RegionsMax
}

func (m *model) Map(start, size uint64, prot Prot, kind Kind, source phys.Addr,
	fileBytes uint64,
) int64 {
	end := end(start, size)
	switch {
	case end == 0 || prot > 7 || source%page != 0:
		return errno.EINVAL
	case !m.fits(start, end, 1):
		return errno.ENOMEM
	}
	m.order = nil
	for va := start; va < end; va += page {
		p := &modelPage{prot: prot, kind: kind}
		if prot != 0 {
			p.prot |= Read
		}
		if kind != Zero {
			p.source = source + phys.Addr(va-start)
		}
		if kind == Image && fileBytes > va-start {
			p.file = min(page, fileBytes-(va-start))
		}
		m.pages[va] = p
	}
	return 0
}

func (m *model) MapAnywhere(wish, size uint64, prot Prot, kind Kind, source phys.Addr,
	fileBytes uint64,
) (uint64, int64) {
	if size == 0 {
		return 0, errno.EINVAL
	}
	start := wish
	if end := end(wish, size); end == 0 || len(m.in(wish, end)) > 0 {
		for start = layout.MapStart; ; start += page {
			end := start + size
			if size > layout.UserEnd-start {
				return 0, errno.ENOMEM
			}
			taken := m.in(start, end)
			if len(taken) == 0 {
				break
			}
			start = taken[len(taken)-1]
		}
	}
	return start, m.Map(start, size, prot, kind, source, fileBytes)
}

func (m *model) Unmap(start, size uint64) int64 {
	end := end(start, size)
	switch {
	case end == 0:
		return errno.EINVAL
	case !m.fits(start, end, 0):
		return errno.ENOMEM
	}
	for _, va := range m.in(start, end) {
		delete(m.pages, va)
	}
	m.order = nil
	return 0
}

func (m *model) Protect(start, size uint64, prot Prot) int64 {
	end := end(start, size)
	switch {
	case end == 0 || prot > 7:
		return errno.EINVAL
	case m.hasHole(start, end) || !m.fits(start, end, 0):
		return errno.ENOMEM
	}
	for _, va := range m.in(start, end) {
		m.pages[va].prot = prot
		if prot != 0 {
			m.pages[va].prot |= Read
		}
	}
	return 0
}

func (m *model) Discard(start, size uint64) int64 {
	end := end(start, size)
	switch {
	case end == 0:
		return errno.EINVAL
	case m.hasHole(start, end):
		return errno.ENOMEM
	}
	for _, va := range m.in(start, end) {
		p := m.pages[va]
		p.data, p.held, p.near = nil, false, false
	}
	return 0
}

func (m *model) hasHole(start, end uint64) bool {
	return uint64(len(m.in(start, end))) != (end-start)/page
}

// Fault is what has to come out while there are frames.
func (m *model) Fault(va uint64, write, exec bool) Result {
	p := m.pages[va&^(page-1)]
	switch {
	case p == nil:
		return NoRegion
	case p.prot&Read == 0 || write && p.prot&Write == 0 || exec && p.prot&Exec == 0:
		return Forbidden
	}
	return Mapped
}

// touch notes that the page at va was brought in.
func (m *model) touch(va uint64) {
	va &^= page - 1
	p := m.pages[va]
	if p.kind == Fixed {
		return
	}
	p.held = p.held || p.kind == Zero || p.file < page || p.prot&Write != 0
	for i := va &^ (8*page - 1); p.file == 0 && i < va|(8*page-1); i += page {
		if q := m.pages[i]; q != nil && q.kind == p.kind && q.file == 0 {
			q.near = true
		}
	}
}

// shows returns what is in a page.
func (m *model) shows(p *modelPage) []byte {
	switch {
	case p.kind == Fixed:
		return m.fixed[p.source-fixed:][:page]
	case p.data != nil:
		return p.data
	}
	b := make([]byte, page)
	if p.kind == Image {
		copy(b, m.image[p.source-image:][:p.file])
	}
	return b
}

// toRead returns what is in the page of va from there on.
func (m *model) toRead(va uint64) []byte { return m.shows(m.pages[va&^(page-1)])[va%page:] }

// toWrite returns it to be changed.
func (m *model) toWrite(va uint64) []byte {
	p := m.pages[va&^(page-1)]
	if p.kind != Fixed {
		p.data = m.shows(p)
	} else if !slices.Contains(m.dirty, p.source) {
		m.dirty = append(m.dirty, p.source)
	}
	return m.toRead(va)
}

// compare tells how the rig's space differs from the model.
func (m *model) compare(r *rig) error {
	got, want := r.space.Regions.list[:r.space.Regions.count], m.regions()
	if !slices.Equal(got, want) {
		return fmt.Errorf("regions:\n%x\nwant\n%x", got, want)
	}
	for _, a := range m.dirty {
		if !bytes.Equal(r.arena[a:][:page], m.fixed[a-fixed:][:page]) {
			return fmt.Errorf("other contents at %#x", a)
		}
	}
	for va, p := range m.pages {
		if p.held && !r.present[va].Has(paging.Owned) {
			return fmt.Errorf("page %#x is gone", va)
		}
	}
	for va, e := range r.present {
		if err := m.comparePage(r, va, e); err != nil {
			return fmt.Errorf("page %#x, entry %#x: %w", va, uint64(e), err)
		}
	}
	for va, e := range r.blocks {
		for at := va; at < va+layout.BlockBytes; at += page {
			small := e&^paging.Huge + paging.Entry(at-va)
			if p := m.pages[at]; p == nil || p.kind != Fixed || m.comparePage(r, at, small) != nil {
				return fmt.Errorf("block %#x: page %#x is different", va, at)
			}
		}
	}
	return nil
}

func (m *model) comparePage(r *rig, va uint64, e paging.Entry) error {
	p := m.pages[va]
	if p == nil {
		return fmt.Errorf("want nothing")
	}
	rights := uint64(1) // volume 3, figure 4-11: present, writable, user, execute-disable
	if p.prot&Read != 0 {
		rights |= 4
	}
	if p.prot&Write != 0 {
		rights |= 2
	}
	if p.prot&Exec == 0 {
		rights |= 1 << 63
	}
	owned := p.held || p.near && e.Has(paging.Owned)
	switch got := uint64(e) & (1<<63 | 0x1ff); {
	case got != rights:
		return fmt.Errorf("rights %#x, want %#x", got, rights)
	case owned != e.Has(paging.Owned):
		return fmt.Errorf("owned: want %v", owned)
	case !owned && e.Addr() != p.source:
		return fmt.Errorf("want a page in place, %#x", p.source)
	case !owned && p.kind == Image && p.prot&Write != 0:
		return fmt.Errorf("the pristine image can be written")
	case p.kind != Fixed && !bytes.Equal(r.arena[e.Addr():][:page], m.shows(p)):
		return fmt.Errorf("other contents")
	}
	return nil
}
