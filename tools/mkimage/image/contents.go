package image

import (
	"skerry/kernel/layout"
	"skerry/kernel/manifest"
)

// contents is what lies at layout.Contents: all that is only read.
type contents struct {
	bytes []byte
}

// end returns the address of the next byte.
func (c *contents) end() uint64 { return layout.Contents + uint64(len(c.bytes)) }

// add appends bytes at an address that is a multiple of align, and returns it.
func (c *contents) add(more []byte, align uint64) uint64 {
	c.bytes = padded(c.bytes, align)
	address := c.end()
	c.bytes = append(c.bytes, more...)
	return address
}

// fill adds the programs, the files and the pages for instances, and notes in m where they are.
// Programs of the same ELF file share it.
func (c *contents) fill(m *manifest.Manifest, config *Config, programs []*loadable, d *driver) {
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
			Entry: l.Entry, Segments: uint64(l.Segments),
			Stack: c.add(start, stackAlign), StackBytes: uint64(len(start)),
		}
		for j, s := range l.Segment[:l.Segments] {
			m.Program[i].Segment[j] = manifest.Segment{Start: s.Start, End: s.End,
				Source: image + s.Offset, FileBytes: s.FileBytes, Prot: s.Prot}
		}
	}
	c.addFiles(m, config.Files)
	object := vdso()
	m.VDSO, m.VDSOSize = c.add(object, layout.PageBytes), uint64(len(object))
	m.Stub = c.add(stubPage(d.syscallEntry), layout.PageBytes)
	m.Gates = c.add(gates(d.vectors), layout.PageBytes)
}
