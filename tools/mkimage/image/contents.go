package image

import (
	"bytes"
	"slices"

	"skerry/kernel/elf"
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

const fileAlign = 64

// fill adds the programs, the files and the pages for instances, and notes in m where they are.
// Programs of the same ELF file share it.
func (c *contents) fill(m *manifest.Manifest, config *Config, programs [][]byte, d *driver) {
	m.Programs, m.Files = uint64(len(programs)), uint64(len(config.Files))
	for i, file := range programs {
		p := &config.Programs[i]
		var parsed elf.Program
		elf.Parse(file, &parsed) // trim has seen that it can be
		start := stack(p, &parsed)
		var image uint64
		if same := slices.IndexFunc(programs[:i], equals(file)); same >= 0 {
			image = m.Program[same].Image
		} else {
			image = c.add(file, layout.PageBytes)
		}
		m.Program[i] = manifest.Program{
			Image: image, Bytes: uint64(len(file)),
			Stack: c.add(start, stackAlign), StackBytes: uint64(len(start)),
		}
	}
	for i, f := range config.Files {
		m.File[i] = manifest.File{
			Name: c.add([]byte(f.Path), 1), NameBytes: uint64(len(f.Path)),
			Data: c.add(f.Bytes, fileAlign), Bytes: uint64(len(f.Bytes)), Mode: f.Mode,
		}
	}
	object := vdso()
	m.VDSO, m.VDSOSize = c.add(object, layout.PageBytes), uint64(len(object))
	m.Stub = c.add(stubPage(d.syscallEntry), layout.PageBytes)
}

func equals(a []byte) func([]byte) bool {
	return func(b []byte) bool { return bytes.Equal(a, b) }
}
