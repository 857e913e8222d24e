package image

import (
	"testing"

	"skerry/kernel/layout"
)

// Whatever has a place of its own overlaps nothing, begins at a block, and lies where there is
// memory; the machine is given as much as it takes to be there.
func TestPlaces(t *testing.T) {
	for _, c := range []struct {
		cores                int
		bytes, need, machine uint64 // what is needed, in MiB
	}{
		{1, 16 << 20, 24, 26},
		{4, 64 << 20, 6 + 2 + 12 + 4*64, 6 + 2 + 12 + 4*64 + 2},
		{4, 512 << 20, 4096 + 512, 3072 + 512},   // the last one at 4 GiB
		{2, 3 << 30, 4096 + 6144, 3072 + 6144},   // none below
		{64, 16 << 20, 4096 + 5056, 3072 + 5056}, // nor the windows
	} {
		made := mustBuild(t, fakeConfig(c.cores, c.bytes))
		m := &made.Manifest
		type place struct{ start, end uint64 }
		places := []place{{0, m.ImageEnd}, {m.Commons, m.Commons + layout.BlockBytes}, {m.Windows,
			m.Windows + uint64(c.cores*(c.cores-1)/2)*layout.BlockBytes}}
		for i := range m.Cores {
			places = append(places, place{m.Core[i].Base, m.Core[i].Base + c.bytes})
		}
		for i, p := range places {
			if p.start%layout.BlockBytes != 0 || p.end > 0x7fe0_0000 && p.start < 1<<32 ||
				p.end > m.Need {
				t.Errorf("%d cores: %#x: want blocks where there is memory", c.cores, p)
			}
			for _, q := range places[:i] {
				if p.start < q.end && q.start < p.end {
					t.Errorf("%d cores: %#x and %#x overlap: want them apart", c.cores, p, q)
				}
			}
		}
		if m.Need != c.need<<20 || made.MemoryBytes() != c.machine<<20 {
			t.Errorf("%d cores: memory up to %d MiB, of %d: want %d, %d", c.cores, m.Need>>20,
				made.MemoryBytes()>>20, c.need, c.machine)
		}
	}
}
