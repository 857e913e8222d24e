package image

import (
	"fmt"

	"skerry/kernel/layout"
	"skerry/kernel/manifest"
)

// place decides where everything is that is not in the image, and room for the templates of the
// page tables in it. The size of a template depends on where things are, and where things are on
// the size of the templates: so it takes the least size that holds them.
func place(m *manifest.Manifest, contentsEnd uint64) error {
	templates := roundUp(contentsEnd, layout.PageBytes)
	for pages := uint64(layout.TableDirectories + 1); pages <= tablesMax; pages++ {
		m.ImageEnd = roundUp(templates+m.Cores*pages*layout.PageBytes, layout.BlockBytes)
		placeBlocks(m)
		fits := true
		for i := range m.Cores {
			core := &m.Core[i]
			core.Size = pages * layout.PageBytes
			core.Tables = templates + i*core.Size
			fits = fits && templatePages(m, i) <= pages
		}
		if fits {
			return placeable(m)
		}
	}
	return fmt.Errorf("image: memory of %d cores up to %#x: want page tables of %d pages at most "+
		"for each", m.Cores, m.Need, uint64(tablesMax))
}

// placeBlocks lays out what follows the image.
func placeBlocks(m *manifest.Manifest) {
	next := m.ImageEnd
	take := func(size uint64) uint64 {
		if next < highStart && next+size > lowEnd {
			next = highStart
		}
		start := next
		next += size
		return start
	}
	m.Commons = take(layout.BlockBytes)
	m.Windows = take(layout.WindowsCount(m.Cores) * layout.BlockBytes)
	for i := range m.Devices {
		m.Device[i].Memory = take(layout.BlockBytes)
	}
	for i := range m.Cores {
		m.Core[i].Base = take(m.Core[i].Bytes)
	}
	m.Need = next
}

func placeable(m *manifest.Manifest) error {
	if m.ImageEnd > lowEnd {
		return fmt.Errorf("image: %d bytes: want %d at most", m.ImageEnd, uint64(lowEnd))
	}
	if most := uint64(bootTablesMax-2) * gib; m.Need > most {
		return fmt.Errorf("image: cores whose memory ends at %#x: want it to end at or below %#x",
			m.Need, most)
	}
	return nil
}
