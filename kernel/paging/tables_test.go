package paging

import (
	"fmt"
	"testing"

	"skerry/kernel/layout"
	"skerry/kernel/phys"
)

const (
	page   = layout.PageBytes
	block  = layout.BlockBytes
	root   = phys.Addr(page)
	low    = phys.Addr(2 * page)
	gib0   = phys.Addr(3 * page)
	pool   = phys.Addr(4 * page)
	frames = 24
)

// A machine is tables with prebuilt ones, over an arena.
type machine struct {
	Tables
	memory phys.Memory
	frames phys.Frames
	told   map[uint64]bool // addresses that were invalidated
}

func newMachine() *machine {
	m := &machine{memory: phys.Over(make([]byte, uint64(pool)+frames*page))}
	m.memory.Table(root)[0] = uint64(low) | 7
	m.memory.Table(low)[0] = uint64(gib0) | 7
	m.memory.Table(gib0)[1] = 0x20_0000 | 0x83 // the driver
	m.frames.Init(&m.memory, pool, pool+frames*page)
	m.Tables = Tables{Root: root, Memory: &m.memory, Frames: &m.frames}
	m.Invalidate = func(va uint64) { m.told[va] = true }
	m.told = map[uint64]bool{}
	return m
}

// Entries lie where the manual's figure 4-8 has them, with the bits of its tables.
func TestEncoding(t *testing.T) {
	m := newMachine()
	const va = 0x7f12_3456_7000 // indices 254, 72, 418, 359
	if !m.Map(va, 0xf_eedc_baab_c000, User|Writable|Uncached|NoExecute) {
		t.Fatal("no frame")
	}
	table := root
	for _, i := range []int{254, 72, 418} {
		word := m.memory.Table(table)[i]
		if word&^0x200&^0xf_ffff_ffff_f000 != 7 {
			t.Errorf("entry %d of table %#x: %#x, want user, writable, present", i, table, word)
		}
		table = phys.Addr(word & 0xf_ffff_ffff_f000)
	}
	if got, want := m.memory.Table(table)[359], uint64(0x800f_eedc_baab_c017); got != want {
		t.Errorf("entry %#x, want %#x", got, want)
	}
	m.MapBlock(layout.Windows, 0x20_0000, User|Writable)
	if e, n := m.Lookup(layout.Windows + 0x12_3456); e != 0x20_0087 || n != block {
		t.Errorf("block: %#x, %d bytes", e, n)
	}
}

// Addresses that are not the instance's are left alone.
func TestForeignAddresses(t *testing.T) {
	m := newMachine()
	for _, va := range []uint64{0, layout.Driver, layout.UserStart - page, layout.UserEnd,
		1 << 47, layout.DirectMap, ^uint64(page - 1), 1<<63 | layout.UserStart} {
		e, _ := m.Lookup(va)
		if e != 0 || m.Map(va, pool, User) || m.MapBlock(va, 0, User) ||
			fills(&m.Tables, va) {
			t.Errorf("%#x: entry %#x, or one can be made", va, e)
		}
	}
	m.Protect(0, ^uint64(0), User)
	m.Unmap(0, ^uint64(0))
	if m.memory.Table(gib0)[1] != 0x20_0083 || len(m.told) != 0 || m.Used() != 0 {
		t.Errorf("the driver's block is %#x, %v invalidated, %d frames used",
			m.memory.Table(gib0)[1], m.told, m.Used())
	}
}

func fills(t *Tables, va uint64) bool {
	_, ok := t.Fill(va, va, va, User)
	return ok
}

// A page and a block are not put in each other's way, and holes tell their size.
func TestBlocksAndTables(t *testing.T) {
	m := newMachine()
	m.MapBlock(layout.Windows, 0, User)
	if m.Map(layout.Windows+page, 0, User) || fills(&m.Tables, layout.Windows) {
		t.Error("a page in a block")
	}
	m.Map(layout.Windows+block, 0, User)
	if m.MapBlock(layout.Windows+block, 0, User) {
		t.Error("a block over a table")
	}
	for va, want := range map[uint64]uint64{
		layout.Windows + block + page: page, layout.Windows + 2*block: block,
		layout.Windows + 1<<30: 1 << 30, layout.Windows + 1<<39: 1 << 39,
	} {
		if e, n := m.Lookup(va); e != 0 || n != want {
			t.Errorf("hole at %#x: entry %#x, %#x bytes, want %#x", va, e, n, want)
		}
	}
	m.Unmap(layout.Windows+3*page, layout.Windows+4*page)
	if e, _ := m.Lookup(layout.Windows); e != 0 || len(m.told) != 1 {
		t.Errorf("half a block: %#x, %v invalidated", e, m.told)
	}
}

// tables is what is compared with the model: Tables, or ones with a planted bug.
type tables interface {
	Map(va uint64, pa phys.Addr, flags Entry) bool
	Fill(va, start, end uint64, flags Entry) (phys.Addr, bool)
	Unmap(start, end uint64)
	Protect(start, end uint64, flags Entry)
}

// play makes random calls, and keeps the pages in a map.
func play(m *machine, s tables, tape []byte) error {
	model := map[uint64]Entry{} // without the address, if it is owned
	for ; len(tape) >= 3; tape = tape[3:] {
		va := layout.MapStart - 2*block + uint64(tape[1]%8)*(block/2) + uint64(tape[1]/8)*page
		end, flags := va+uint64(tape[2])*uint64(tape[2])*page, User|Entry(tape[2]&2)
		old := model[va]
		m.told = map[uint64]bool{}
		switch tape[0] % 4 {
		case 0:
			if !old.Has(Owned) && s.Map(va, 0, flags) {
				model[va] = flags | Present
			}
		case 1:
			frame, ok := phys.Addr(0), false
			if old == 0 {
				frame, ok = s.Fill(va, va, end, flags)
			}
			if ok {
				if e, _ := m.Lookup(va); e.Addr() != frame {
					return fmt.Errorf("Fill gave %#x, and %#x is there", frame, e)
				}
				for at := va; at < max(va+1, end); at += page { // as far as frames lasted
					if e, _ := m.Lookup(at); at == va || e.Has(Owned) && model[at] == 0 {
						model[at] = flags | Present | Owned
					}
				}
			}
		case 2:
			s.Unmap(va, end)
			change(model, va, end, 0)
		case 3:
			s.Protect(va, end, flags)
			change(model, va, end, flags|Present|Owned)
		}
		if err := compare(m, model); err != nil {
			return err
		}
		if e, _ := m.Lookup(va); old != 0 && e&^addressBits != old && !m.told[va] {
			return fmt.Errorf("%#x was %#x, is %#x, and was not invalidated", va, old, e)
		}
	}
	s.Unmap(0, ^uint64(0))
	if m.Used() != 0 || m.frames.Used() != 0 {
		return fmt.Errorf("%d frames used when nothing is mapped", m.Used())
	}
	return nil
}

func change(model map[uint64]Entry, start, end uint64, flags Entry) {
	for va, e := range model {
		switch {
		case va < start || va >= end:
		case flags != 0 && e.Has(Owned):
			model[va] = flags
		default:
			delete(model, va)
		}
	}
}

func compare(m *machine, model map[uint64]Entry) error {
	owned := map[phys.Addr]bool{}
	for at := uint64(layout.MapStart - 2*block); at < layout.MapStart+3*block; at += page {
		e, _ := m.Lookup(at)
		if e&^addressBits != model[at] {
			return fmt.Errorf("%#x: %#x, want %#x", at, e, model[at])
		}
		if e.Has(Owned) && owned[e.Addr()] {
			return fmt.Errorf("%#x: the frame of %#x is another page's too", at, e)
		}
		if e.Has(Owned) {
			owned[e.Addr()] = true
		}
	}
	if used := uint64(len(owned)); m.Used() < used || m.Used() > used+10 {
		return fmt.Errorf("%d frames used, of them %d pages", m.Used(), used)
	}
	return nil
}

// Random calls leave the tables as a map of pages.
func FuzzTables(f *testing.F) {
	for seed := range byte(9) {
		f.Add(tape(seed + 1))
	}
	f.Fuzz(func(t *testing.T, tape []byte) {
		m := newMachine()
		if err := play(m, &m.Tables, tape[:min(len(tape), 90)]); err != nil {
			t.Fatal(err)
		}
	})
}

type silent struct{ *Tables }

func (s silent) Protect(start, end uint64, flags Entry) {
	invalidate := s.Invalidate
	s.Invalidate = func(uint64) {}
	s.Tables.Protect(start, end, flags)
	s.Invalidate = invalidate
}

type leaky struct{ *Tables }

func (s leaky) Unmap(start, end uint64) {
	s.Tables.Protect(start, end, 0)
	for va := start; end-start < block && va < end; va += page {
		if table := s.table(va, pageLevel); table != nil {
			table[index(va, pageLevel)] = 0
			s.Invalidate(va)
		}
	}
	s.Tables.Unmap(start, end)
}

type greedy struct{ *Tables }

func (s greedy) Unmap(start, end uint64) { s.Tables.Unmap(start&^(block-1), end) }

type generous struct{ *Tables }

func (s generous) Protect(start, end uint64, flags Entry) {
	e, _ := s.Lookup(start)
	s.Tables.Protect(start, end, flags)
	if end > start && e != 0 && !e.Has(Owned) {
		s.Map(start, e.Addr(), flags)
	}
}

// Each planted bug is found, and nothing without one.
func TestPlantedBugsAreFound(t *testing.T) {
	for bug, plant := range map[string]func(*Tables) tables{
		"Protect does not invalidate":      func(s *Tables) tables { return silent{s} },
		"Unmap forgets frames":             func(s *Tables) tables { return leaky{s} },
		"Unmap takes a table's other half": func(s *Tables) tables { return greedy{s} },
		"Protect keeps pages in place":     func(s *Tables) tables { return generous{s} },
		"":                                 func(s *Tables) tables { return s },
	} {
		var err error
		for seed := byte(1); err == nil && seed < 60; seed++ {
			m := newMachine()
			err = play(m, plant(&m.Tables), tape(seed))
		}
		if (err == nil) != (bug == "") {
			t.Errorf("%q: found %v", bug, err)
		}
	}
}

// tape returns random bytes of a seed.
func tape(seed byte) []byte {
	b, x := make([]byte, 60), uint32(seed)
	for i := range b {
		x ^= x << 13
		x ^= x >> 17
		x ^= x << 5
		b[i] = byte(x >> 8)
	}
	return b
}
