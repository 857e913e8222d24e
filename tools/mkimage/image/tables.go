package image

import (
	"encoding/binary"

	"skerry/kernel/cap"
	"skerry/kernel/layout"
	"skerry/kernel/manifest"
	"skerry/tools/mkimage/elf"
)

// Bits of an entry of a page table (Intel SDM vol. 3, 4.5.4).
const (
	present   = 1 << 0
	writable  = 1 << 1
	user      = 1 << 2
	uncached  = 1<<3 | 1<<4
	block     = 1 << 7 // 2 MiB instead of a table
	noExecute = 1 << 63

	readOnly  = present | noExecute
	readWrite = present | writable | noExecute
)

const entries = 512 // of a table

// tables are page tables in the making. Table 0 is the root.
type tables struct {
	base        uint64 // the physical address of table 0 when they are in use
	bytes       []byte
	directories map[uint64]int // tables of 2 MiB entries, by the GiB of memory that they map
	direct      int            // the level-3 table that directories hang in
	next        int            // the first table that is not in use
}

func newTables(base, pages uint64, direct, next int) *tables {
	return &tables{
		base: base, bytes: make([]byte, pages*layout.PageBytes), directories: map[uint64]int{},
		direct: direct, next: next,
	}
}

// set writes one entry of one table.
func (t *tables) set(table int, index uint64, entry uint64) {
	at := uint64(table)*layout.PageBytes + index%entries*8
	binary.LittleEndian.PutUint64(t.bytes[at:], entry)
}

// hang makes an entry lead to another table. It gives all rights: the last level decides.
func (t *tables) hang(table int, index uint64, below int, rights uint64) {
	t.set(table, index, t.base+uint64(below)*layout.PageBytes|present|writable|rights)
}

// mapBlocks maps physical memory, whole blocks of it, below the direct map's table.
func (t *tables) mapBlocks(start, end, rights uint64) {
	for at := start; at < end; at += layout.BlockBytes {
		directory, ok := t.directories[at/gib]
		if !ok {
			directory = t.next
			t.next++
			t.directories[at/gib] = directory
			t.hang(t.direct, at/gib, directory, 0)
		}
		t.set(directory, at/layout.BlockBytes, at|rights|block)
	}
}

// mapPages maps pages of the driver's block.
func (t *tables) mapPages(pages span, physical, rights uint64) {
	for at := pages.start; at < pages.end; at += layout.PageBytes {
		t.set(layout.TableDriver, at/layout.PageBytes, physical+at-pages.start|rights)
	}
}

// reach calls visit for all of physical memory that core i may touch, with its rights there.
func reach(m *manifest.Manifest, i uint64, visit func(start, end, rights uint64)) {
	low := uint64(readOnly)
	if i == 0 { // it copies the trampoline
		low = readWrite
	}
	blocks := func(start, size, rights uint64) { visit(start, start+size, rights) }
	blocks(0, layout.BlockBytes, low)
	blocks(layout.Driver, m.ImageEnd-layout.Driver, readOnly)
	blocks(m.Commons, layout.BlockBytes, readWrite)
	for peer := range m.Cores {
		if cap.May(m, i, cap.Share, peer) {
			window := m.Windows + layout.WindowIndex(i, peer)*layout.BlockBytes
			blocks(window, layout.BlockBytes, readWrite)
		}
	}
	for device := range m.Devices {
		if cap.May(m, i, cap.Drive, device) {
			blocks(m.Device[device].Memory, layout.BlockBytes, readWrite)
		}
	}
	blocks(m.Core[i].Base, m.Core[i].Bytes, readWrite)
	blocks(layout.LocalAPIC, layout.BlockBytes, readWrite|uncached)
	blocks(layout.IOAPIC, layout.BlockBytes, readWrite|uncached)
}

// templatePages returns the size that the page tables of core i have.
func templatePages(m *manifest.Manifest, i uint64) uint64 {
	directories := map[uint64]bool{}
	reach(m, i, func(start, end, _ uint64) {
		for g := start / gib; g <= (end-1)/gib; g++ {
			directories[g] = true
		}
	})
	return layout.TableDirectories + uint64(len(directories))
}

// template returns the page tables that core i starts with.
func template(m *manifest.Manifest, i uint64, d *freestanding) []byte {
	core := &m.Core[i]
	t := newTables(core.Base+layout.TablesOffset, core.Size/layout.PageBytes, layout.TableDirect,
		layout.TableDirectories)
	// User pages will hang below the first entries too, beside the driver.
	t.hang(layout.TableRoot, 0, layout.TableLow, user)
	t.hang(layout.TableLow, 0, layout.TableGiB0, user)
	t.hang(layout.TableGiB0, layout.Driver/layout.BlockBytes, layout.TableDriver, 0)
	t.hang(layout.TableRoot, layout.DirectMap>>39, layout.TableDirect, 0)
	reach(m, i, t.mapBlocks)

	for _, s := range d.segments {
		rights := uint64(readOnly)
		if s.Prot&elf.Execute != 0 {
			rights = present
		}
		if s.Prot&elf.Write == 0 {
			t.mapPages(span{s.Start, s.End}, s.Start, rights)
		}
	}
	for _, s := range [...]span{
		d.data,
		{layout.StackBase0, layout.StackTop0},
		{layout.StackBaseN, layout.StackTopN},
		{layout.StackBaseF, layout.StackTopF},
	} {
		t.mapPages(s, core.Base+s.start-layout.Driver, readWrite)
	}
	return t.bytes
}

// bootTables returns tables that map all memory of the machine 1:1.
func bootTables(m *manifest.Manifest) []byte {
	const root, direct, first = 0, 1, 2
	t := newTables(layout.BootTables, bootTablesMax, direct, first)
	t.hang(root, 0, direct, 0)
	t.mapBlocks(0, min(m.Need, lowEnd), present|writable)
	t.mapBlocks(highStart, m.Need, present|writable)
	return t.bytes[:t.next*layout.PageBytes]
}
