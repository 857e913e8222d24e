package image

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"fmt"

	"skerry/kernel/layout"
)

// Program is a static ELF file and what it is started with.
type Program struct {
	Name string // for error messages
	ELF  []byte
	Args []string // with the program's name
	Env  []string
}

// trim checks that the driver can run a program, and returns the part of its file that is loaded,
// and how much memory the program may write to before it asks for more.
func (p *Program) trim() (file []byte, writable uint64, err error) {
	f, err := elf.NewFile(bytes.NewReader(p.ELF))
	if err != nil {
		return nil, 0, fmt.Errorf("image: program %s: %w: want an ELF file", p.Name, err)
	}
	if f.Class != elf.ELFCLASS64 || f.Machine != elf.EM_X86_64 || f.Type != elf.ET_EXEC {
		return nil, 0, fmt.Errorf("image: program %s: %v %v %v: want a static executable for "+
			"x86-64, as CGO_ENABLED=0 go build makes", p.Name, f.Class, f.Machine, f.Type)
	}
	var end uint64
	started := false
	for _, s := range f.Progs {
		switch s.Type {
		case elf.PT_INTERP, elf.PT_DYNAMIC:
			return nil, 0, fmt.Errorf("image: program %s: dynamically linked: want a static "+
				"executable, as CGO_ENABLED=0 go build makes", p.Name)
		case elf.PT_LOAD:
			if err := p.checkSegment(&s.ProgHeader); err != nil {
				return nil, 0, err
			}
			end = max(end, s.Off+s.Filesz)
			started = started || s.Flags&elf.PF_X != 0 &&
				span{s.Vaddr, s.Vaddr + s.Filesz}.holds(f.Entry)
			if s.Flags&elf.PF_W != 0 {
				writable += roundUp(s.Memsz, layout.PageBytes)
			}
		}
	}
	if !started {
		return nil, 0, fmt.Errorf("image: program %s: entry %#x: want it in a segment to execute",
			p.Name, f.Entry)
	}
	return withoutSections(p.ELF[:end]), writable, nil
}

// checkSegment refuses what the driver cannot map.
func (p *Program) checkSegment(s *elf.ProgHeader) error {
	switch size := uint64(len(p.ELF)); {
	case s.Off > size || s.Filesz > size-s.Off:
		return fmt.Errorf("image: program %s: truncated: %d bytes: want %d at least", p.Name,
			size, s.Off+s.Filesz)
	case s.Filesz > s.Memsz || s.Vaddr < layout.UserStart || s.Vaddr >= layout.MapStart ||
		s.Memsz > layout.MapStart-s.Vaddr:
		return fmt.Errorf("image: program %s: segment at %#x, %d bytes: want it from %#x to %#x",
			p.Name, s.Vaddr, s.Memsz, uint64(layout.UserStart), uint64(layout.MapStart))
	case (s.Vaddr-s.Off)%layout.PageBytes != 0:
		return fmt.Errorf("image: program %s: segment at %#x, %#x in the file: want the same "+
			"offset in a page", p.Name, s.Vaddr, s.Off)
	}
	return nil
}

// withoutSections returns a copy of the beginning of an ELF file that knows of no sections.
func withoutSections(file []byte) []byte {
	const shoff, shnum = 40, 60 // in the header; the index of the names follows shnum
	file = bytes.Clone(file)
	binary.LittleEndian.PutUint64(file[shoff:], 0)
	binary.LittleEndian.PutUint32(file[shnum:], 0)
	return file
}
