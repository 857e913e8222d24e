// Package elf reads the programs that instances run: static ELF files for x86-64 with fixed
// addresses. What the CPU driver needs to know of one is in the image's manifest, so a program that
// cannot run is refused when the image is built.
//
// The format: System V ABI, chapters 4 and 5 ("ELF Header", "Program Header"), and its x86-64
// supplement.
package elf

import (
	"encoding/binary"

	"skerry/kernel/layout"
)

// Program is what a file asks for.
type Program struct {
	Entry       uint64 // address of the first instruction
	Headers     uint64 // address of the program headers, 0 if they are not in memory
	HeaderCount uint64
	Segments    int
	Segment     [SegmentsMax]Segment // upwards, no two in one page
}

// Segment is a range of pages, all within [layout.UserStart, layout.Temporary). Its first FileBytes
// lie in the file from Offset on, a multiple of a page; the rest are zeros.
type Segment struct {
	Start, End        uint64
	Offset, FileBytes uint64
	Prot              uint64
}

// Bits of a segment's Prot, those of Linux's PROT_*.
const (
	Read    = 1
	Write   = 2
	Execute = 4
)

// Sizes and offsets in the file.
const (
	headerBytes = 64
)

// HeaderBytes is the size of a program header.
const HeaderBytes = 56

// Values in headers.
const (
	magic        = 0x464c_457f
	class64      = 2
	littleEndian = 1
	typeExec     = 2
	typeDyn      = 3
	machineX8664 = 62
	segmentLoad  = 1
	segmentInter = 3
)

// Parse reads a file into p. Where it refuses, p is not to be used.
func Parse(file []byte, p *Program) Refusal {
	if r := checkHeader(file); r != OK {
		return r
	}
	table := binary.LittleEndian.Uint64(file[32:])
	count := uint64(binary.LittleEndian.Uint16(file[56:]))
	size := uint64(len(file))
	if binary.LittleEndian.Uint16(file[54:]) != HeaderBytes || count == 0 || count > headersMax {
		return BadHeaders
	}
	if table > size || size-table < count*HeaderBytes {
		return Truncated
	}
	*p = Program{Entry: binary.LittleEndian.Uint64(file[24:]), HeaderCount: count}
	for i := range count {
		if r := p.add(file, file[table+i*HeaderBytes:][:HeaderBytes]); r != OK {
			return r
		}
	}
	if binary.LittleEndian.Uint16(file[16:]) == typeDyn {
		return PositionIndependent
	}
	return p.finish(table)
}

// checkHeader looks at all of the ELF header but for the type: a dynamically linked program is
// better called that.
func checkHeader(file []byte) Refusal {
	switch {
	case len(file) == 0:
		return Missing
	case len(file) < headerBytes:
		return Truncated
	case binary.LittleEndian.Uint32(file) != magic:
		return NotELF
	case file[4] != class64 || file[5] != littleEndian ||
		binary.LittleEndian.Uint16(file[18:]) != machineX8664:
		return WrongMachine
	}
	switch binary.LittleEndian.Uint16(file[16:]) {
	case typeExec, typeDyn:
		return OK
	}
	return NotProgram
}

// add takes one program header in.
func (p *Program) add(file, header []byte) Refusal {
	switch binary.LittleEndian.Uint32(header) {
	case segmentInter:
		return Dynamic
	case segmentLoad:
	default:
		return OK
	}
	offset, start := binary.LittleEndian.Uint64(header[8:]), binary.LittleEndian.Uint64(header[16:])
	fileBytes := binary.LittleEndian.Uint64(header[32:])
	bytes := binary.LittleEndian.Uint64(header[40:])
	size := uint64(len(file))
	switch {
	case bytes == 0:
		return OK
	case offset > size || fileBytes > size-offset:
		return Truncated
	case fileBytes > bytes || (offset-start)%layout.PageBytes != 0:
		return BadSegment
	case binary.LittleEndian.Uint16(file[16:]) == typeDyn:
		return OK // its addresses mean nothing yet
	case start < layout.UserStart || start >= layout.Temporary ||
		bytes > layout.Temporary-start:
		return BadAddress
	case p.Segments == SegmentsMax:
		return BadHeaders
	}
	return p.place(offset, start, fileBytes, bytes, binary.LittleEndian.Uint32(header[4:]))
}

// place adds a segment, rounded to pages.
func (p *Program) place(offset, start, fileBytes, bytes uint64, flags uint32) Refusal {
	skew := start % layout.PageBytes
	if fileBytes > 0 {
		fileBytes += skew
	}
	s := &p.Segment[p.Segments]
	s.Start, s.End = start-skew, pageUp(start+bytes)
	s.Offset, s.FileBytes = offset-skew, fileBytes
	s.Prot = uint64(flags>>2&1 | flags&2 | flags&1<<2) // PF_R, PF_W, PF_X
	if p.Segments > 0 && s.Start < p.Segment[p.Segments-1].End {
		return Overlap
	}
	p.Segments++
	return OK
}

// finish finds what lies in the segments: the entry, and the program headers at file offset table.
func (p *Program) finish(table uint64) Refusal {
	entered := false
	for i := range p.Segments {
		s := &p.Segment[i]
		entered = entered || s.Prot&Execute != 0 && s.Start <= p.Entry && p.Entry < s.End
		bytes := p.HeaderCount * HeaderBytes
		if s.Offset <= table && table-s.Offset <= s.FileBytes &&
			s.FileBytes-(table-s.Offset) >= bytes {
			p.Headers = s.Start + (table - s.Offset)
		}
	}
	if !entered {
		return BadEntry
	}
	return OK
}

func pageUp(n uint64) uint64 { return (n + layout.PageBytes - 1) &^ (layout.PageBytes - 1) }
