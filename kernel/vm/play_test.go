package vm

import (
	"bytes"
	"fmt"
	"testing"

	"skerry/kernel/layout"
	"skerry/kernel/paging"
	"skerry/kernel/phys"
)

// A subject is what is compared with the model: a Space, or one with a planted bug.
type subject interface {
	Map(start, size uint64, prot Prot, kind Kind, source phys.Addr, file uint64) int64
	MapAnywhere(wish, size uint64, prot Prot, kind Kind, source phys.Addr,
		file uint64) (uint64, int64)
	Unmap(start, size uint64) int64
	Protect(start, size uint64, prot Prot) int64
	Discard(start, size uint64) int64
	Fault(va uint64, write, exec bool) Result
	CopyIn(dst []byte, va uint64) bool
	CopyOut(va uint64, src []byte) bool
}

// tapeBytes bounds what is played: about 50 calls.
const tapeBytes = 400

// A player turns bytes into calls to a subject and to the model, and compares.
type player struct {
	rig     *rig
	model   *model
	subject subject
	tape    []byte
	call    string // the present one
	last    uint64 // where the last region was made
}

// Random calls leave a space as they leave the model.
func FuzzSpace(f *testing.F) {
	for seed := range uint64(60) {
		f.Add(tape(seed))
	}
	rig := newRig()
	f.Fuzz(func(t *testing.T, tape []byte) {
		if err := play(rig, &rig.space, tape[:min(len(tape), tapeBytes)]); err != nil {
			t.Fatal(err)
		}
	})
}

// play makes the calls of a tape until something differs from the model.
func play(r *rig, s subject, tape []byte) error {
	p := &player{rig: r, model: newModel(r), subject: s, tape: tape}
	how := p.next()
	r.reset(8 + p.next()%32)
	if how%16 == 0 {
		p.crowd()
	}
	for len(p.tape) > 0 {
		err := p.step()
		if err == nil {
			err = r.look()
		}
		if err == nil {
			err = p.model.compare(r)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", p.call, err)
		}
	}
	if !bytes.Equal(r.arena[fixed:], p.model.fixed) {
		return fmt.Errorf("other contents in fixed memory")
	}
	return nil
}

// crowd leaves room for few regions.
func (p *player) crowd() {
	for i := uint64(0); i < RegionsMax-4; i++ {
		va := 0xc0_0000_0000 + i*2*page
		p.subject.Map(va, page, Read, Zero, 0, 0)
		p.model.Map(va, page, Read, Zero, 0, 0)
	}
}

func (p *player) next() uint64 {
	if len(p.tape) == 0 {
		return 0
	}
	b := p.tape[0]
	p.tape = p.tape[1:]
	return uint64(b)
}

// bases are where the calls go: ends of the instance's memory, of tables and of blocks.
var bases = [...]uint64{
	layout.UserStart, layout.MapStart - 4*page, layout.Windows, layout.UserEnd - 12*page,
	0xc0_0000_0000, 0xc0_003f_c000,
}

// page returns the address of a page: often one of the last region, seldom one that is wrong.
func (p *player) page() uint64 {
	va := p.last
	if where := p.next(); va == 0 || where%2 == 0 {
		va = bases[where/2%uint64(len(bases))] + p.next()%16*page
	}
	va += p.next() % 4 * page
	switch odd := p.next(); {
	case odd == 255:
		return va | 1<<63
	case odd >= 252:
		return va - 20*page
	case odd >= 250:
		return va + 1
	}
	return va
}

func (p *player) size(start uint64) uint64 {
	n := p.next()
	odd := [...]uint64{
		0, 1, page - 1, layout.UserEnd - start, layout.UserEnd - start + 1, 1 << 63, -start,
		^uint64(0), ^uint64(page - 1), layout.BlockBytes, 2 * layout.BlockBytes,
	}
	if n < 256-uint64(len(odd)) {
		return n%16*page + page
	}
	return odd[255-n]
}

func (p *player) prot() Prot {
	return [...]Prot{
		None, Read, Write, Exec, Read | Write, Read | Exec, Read | Write | Exec, 8,
		Read | Write, Read | Write, Read, Read | Write, Read | Exec, Read | Write, Read, None,
	}[p.next()%16]
}

// step makes one call.
func (p *player) step() error {
	switch op := p.next() % 16; {
	case op < 3:
		return p.stepMap(op == 0)
	case op < 5:
		start := p.page()
		size := p.size(start)
		p.call = fmt.Sprintf("Unmap(%#x, %#x)", start, size)
		return same(p.subject.Unmap(start, size), p.model.Unmap(start, size))
	case op < 7:
		start, prot := p.page(), p.prot()
		size := p.size(start)
		p.call = fmt.Sprintf("Protect(%#x, %#x, %d)", start, size, prot)
		return same(p.subject.Protect(start, size, prot), p.model.Protect(start, size, prot))
	case op < 8:
		start := p.page()
		size := p.size(start)
		p.call = fmt.Sprintf("Discard(%#x, %#x)", start, size)
		return same(p.subject.Discard(start, size), p.model.Discard(start, size))
	case op < 10:
		return p.stepFault()
	case op < 13:
		return p.stepOut()
	}
	return p.stepIn()
}

func same[T comparable](got, want T) error {
	if got != want {
		return fmt.Errorf("%v, want %v", got, want)
	}
	return nil
}

func (p *player) stepMap(anywhere bool) error {
	start, prot := p.page(), p.prot()
	kind := [...]Kind{Zero, Image, Fixed, Sparse}[p.next()%4]
	size := p.size(start)
	source, file := phys.Addr(0), uint64(0)
	switch kind {
	case Image:
		size = min(size, imagePages*page)
		file = p.next() * 171 % (size + 1)
		source = image
	case Fixed:
		size = min(size, fixedBytes)
		if p.next()%2 == 0 {
			start, size = layout.Windows, fixedBytes // as windows are
		}
		source = fixed + phys.Addr(p.next()/200*page)
		size -= min(size, uint64(source-fixed))
	}
	if size > 1<<30 && end(start, size) != 0 {
		return nil // the model would take forever
	}
	p.last = start
	if !anywhere {
		p.call = fmt.Sprintf("Map(%#x, %#x, %d, %d, %#x, %#x)",
			start, size, prot, kind, source, file)
		return same(p.subject.Map(start, size, prot, kind, source, file),
			p.model.Map(start, size, prot, kind, source, file))
	}
	p.call = fmt.Sprintf("MapAnywhere(%#x, %#x, %d, %d, %#x, %#x)",
		start, size, prot, kind, source, file)
	if size > 1<<30 && size < 1<<47 {
		return nil
	}
	at, err := p.subject.MapAnywhere(start, size, prot, kind, source, file)
	wantAt, want := p.model.MapAnywhere(start, size, prot, kind, source, file)
	p.last = wantAt
	if err == 0 && at != wantAt {
		return fmt.Errorf("%#x, want %#x", at, wantAt)
	}
	return same(err, want)
}

func (p *player) stepFault() error {
	va, how := p.page()+p.next(), p.next()
	p.call = fmt.Sprintf("Fault(%#x, %d)", va, how%3)
	got := p.subject.Fault(va, how%3 == 1, how%3 == 2)
	want := p.model.Fault(va, how%3 == 1, how%3 == 2)
	if got == NoMemory && want == Mapped && p.isFull() {
		return nil
	}
	if got != want || got != Mapped {
		return same(got, want)
	}
	p.model.touch(va)
	if e, _ := p.rig.space.Tables.Lookup(va); !e.Has(paging.Present | paging.User) {
		return fmt.Errorf("mapped nothing")
	}
	return nil
}

func (p *player) isFull() bool { return p.rig.frames.Used() == p.rig.frames.Total() }

// stepOut writes at an address that need not be a page's.
func (p *player) stepOut() error {
	va := p.page() + p.next()*16
	b := bytes.Repeat([]byte{byte(p.next())}, int(p.next()*p.next()%(3*page)))
	p.call = fmt.Sprintf("CopyOut(%#x, %d bytes)", va, len(b))
	done := p.subject.CopyOut(va, b)
	for len(b) > 0 {
		if !p.reaches(va, true) {
			return same(done, false)
		}
		n := copy(p.model.toWrite(va), b)
		va, b = va+uint64(n), b[n:]
	}
	return same(done, true)
}

func (p *player) stepIn() error {
	va := p.page() + p.next()*16
	b := make([]byte, p.next()*p.next()%(3*page))
	p.call = fmt.Sprintf("CopyIn(%#x, %d bytes)", va, len(b))
	done := p.subject.CopyIn(b, va)
	for len(b) > 0 {
		if !p.reaches(va, false) {
			return same(done, false)
		}
		want := p.model.toRead(va)
		n := min(len(b), len(want))
		if !bytes.Equal(b[:n], want[:n]) {
			return fmt.Errorf("at %#x: %#x, want %#x", va, b[:n], want[:n])
		}
		va, b = va+uint64(n), b[n:]
	}
	return same(done, true)
}

// reaches tells whether the call may have got to va: the instance may, and there was a frame.
func (p *player) reaches(va uint64, write bool) bool {
	if p.model.Fault(va, write, false) != Mapped {
		return false
	}
	if e, _ := p.rig.space.Tables.Lookup(va); !e.Has(paging.Present) && p.isFull() {
		return false
	}
	p.model.touch(va)
	return true
}

// tape returns random bytes of a seed.
func tape(seed uint64) []byte {
	b := make([]byte, tapeBytes)
	x := seed*0x9e37_79b9_7f4a_7c15 + 1
	for i := range b {
		x ^= x << 13
		x ^= x >> 7
		x ^= x << 17
		b[i] = byte(x >> 32)
	}
	b[0] = byte(seed)
	return b
}
