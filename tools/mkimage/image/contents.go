package image

import (
	"slices"

	"skerry/kernel/layout"
	"skerry/kernel/manifest"
	"skerry/tools/mkimage/elf"
)

// contents is something that lies at an address: for one, all that is only read, at
// layout.Contents.
type contents struct {
	start uint64
	bytes []byte
}

// end returns the address of the next byte.
func (c *contents) end() uint64 { return c.start + uint64(len(c.bytes)) }

// add appends bytes at an address that is a multiple of align, and returns it.
func (c *contents) add(more []byte, align uint64) uint64 {
	c.bytes = padded(c.bytes, align)
	address := c.end()
	c.bytes = append(c.bytes, more...)
	return address
}

// fill adds the programs, the libOS, the files and the pages for instances, and notes in m where
// they are. Programs of the same ELF file share it, and all have the segments of the libOS and of
// the files.
func (c *contents) fill(m *manifest.Manifest, config *Config, programs []*loadable,
	d, libos *freestanding) {
	common := append(c.addLibOS(libos), c.addFiles(config.Files))
	m.Programs = uint64(len(programs))
	shared := map[string]uint64{} // where programs are
	for i, l := range programs {
		start := stack(&config.Programs[i], &l.Program)
		image, ok := shared[string(l.file)]
		if !ok {
			image = c.add(l.file, layout.PageBytes)
			shared[string(l.file)] = image
		}
		m.Program[i] = manifest.Program{
			Entry: l.Entry, Segments: uint64(l.Segments + len(common)),
			Stack: c.add(start, stackAlign), StackBytes: uint64(len(start)),
		}
		for j, s := range l.Segment[:l.Segments] {
			m.Program[i].Segment[j] = manifest.Segment{Start: s.Start, End: s.End,
				Source: image + s.Offset, FileBytes: s.FileBytes, Prot: s.Prot}
		}
		copy(m.Program[i].Segment[l.Segments:], common)
	}
	object := vdso()
	m.VDSO, m.VDSOSize = c.add(object, layout.PageBytes), uint64(len(object))
	m.Stub = c.add(stubPage(d.function[syscallFunction]), layout.PageBytes)
	m.Gates = c.add(gates(d.function[vectorsFunction]), layout.PageBytes)
}

// addLibOS adds the libOS, and returns its segments.
func (c *contents) addLibOS(l *freestanding) []manifest.Segment {
	start := c.add(l.memory, layout.PageBytes)
	segments := slices.Clone(l.segments)
	for i := range segments {
		segments[i].Source += start
	}
	return segments
}

// addFiles adds the files, and returns their segment: whole pages, which need no copies.
func (c *contents) addFiles(list []File) manifest.Segment {
	bytes := padded(filesImage(list), layout.PageBytes)
	size := uint64(len(bytes))
	return manifest.Segment{Start: layout.Files, End: layout.Files + size,
		Source: c.add(bytes, layout.PageBytes), FileBytes: size, Prot: elf.Read}
}
