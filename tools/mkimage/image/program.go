package image

import (
	"bytes"
	"encoding/binary"
	"fmt"

	"skerry/tools/mkimage/elf"
)

// Program is a static ELF file and what it is started with.
type Program struct {
	Name string // for error messages
	ELF  []byte
	Args []string // with the program's name
	Env  []string
}

// trim checks that the driver can run a program, and returns the part of its file that the driver
// reads, and how much memory the program may write to before it asks for more.
func (p *Program) trim() (file []byte, writable uint64, err error) {
	var parsed elf.Program
	if refusal := elf.Parse(p.ELF, &parsed); refusal != elf.OK {
		return nil, 0, fmt.Errorf("image: program %s: %v", p.Name, refusal)
	}
	end := binary.LittleEndian.Uint64(p.ELF[elfHeadersAt:]) + parsed.HeaderCount*elfProgramBytes
	for i := range parsed.Segments {
		s := &parsed.Segment[i]
		end = max(end, s.Offset+s.FileBytes)
		if s.Prot&elf.Write != 0 {
			writable += s.End - s.Start
		}
	}
	return withoutSections(p.ELF[:end]), writable, nil
}

// Offsets in the ELF header.
const (
	elfHeadersAt  = 32 // where the program headers are in the file
	elfSectionsAt = 40 // where those of the sections are
	elfCountsAt   = 60 // how many sections there are, and which of them has the names
)

// withoutSections returns a copy of the beginning of an ELF file that knows of no sections.
func withoutSections(file []byte) []byte {
	file = bytes.Clone(file)
	binary.LittleEndian.PutUint64(file[elfSectionsAt:], 0)
	binary.LittleEndian.PutUint32(file[elfCountsAt:], 0)
	return file
}
