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

// loadable is what the driver needs of a program: the part of its file that is loaded, and what the
// file says.
type loadable struct {
	file []byte
	elf.Program
}

// load checks that the driver can run a program.
func (p *Program) load() (*loadable, error) {
	l := &loadable{}
	if refusal := elf.Parse(p.ELF, &l.Program); refusal != elf.OK {
		return nil, fmt.Errorf("image: program %s: %v", p.Name, refusal)
	}
	end := binary.LittleEndian.Uint64(p.ELF[elfHeadersAt:]) + l.HeaderCount*elfProgramBytes
	for _, s := range l.Segment[:l.Segments] {
		end = max(end, s.Offset+s.FileBytes)
	}
	l.file = withoutSections(p.ELF[:end])
	return l, nil
}

// writable returns how much memory the program may write to before it asks for more.
func (l *loadable) writable() (bytes uint64) {
	for _, s := range l.Segment[:l.Segments] {
		if s.Prot&elf.Write != 0 {
			bytes += s.End - s.Start
		}
	}
	return bytes
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
