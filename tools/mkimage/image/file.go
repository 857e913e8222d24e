package image

import (
	"debug/elf"

	"skerry/kernel/layout"
)

const (
	elfHeaderBytes  = 64
	elfProgramBytes = 56
)

// entryNote is the type of the note in which a loader finds the 32-bit entry (Xen's PVH boot
// protocol: XEN_ELFNOTE_PHYS32_ENTRY).
const entryNote = 18

// note is an ELF note with an address in it.
type note struct {
	NameBytes, Bytes, Type uint32
	Name                   [4]byte
	Address                uint64
}

// segment is a piece of physical memory that a loader fills.
type segment struct {
	address uint64
	flags   elf.ProgFlag
	bytes   []byte
}

// elfFile returns an executable that any loader of the PVH protocol can start.
func elfFile(segments []segment) []byte {
	const noteBytes = 24
	count := 1 + len(segments)
	r := &record{}
	r.add(elfHeader(elf.ET_EXEC, layout.Entry, count))
	at := uint64(elfHeaderBytes + elfProgramBytes*count)
	r.add(elf.Prog64{
		Type: uint32(elf.PT_NOTE), Flags: uint32(elf.PF_R), Off: at,
		Filesz: noteBytes, Memsz: noteBytes, Align: 4,
	})
	at = roundUp(at+noteBytes, layout.PageBytes)
	for _, s := range segments {
		size := uint64(len(s.bytes))
		r.add(elf.Prog64{
			Type: uint32(elf.PT_LOAD), Flags: uint32(s.flags), Off: at,
			Vaddr: s.address, Paddr: s.address, Filesz: size, Memsz: size, Align: layout.PageBytes,
		})
		at = roundUp(at+size, layout.PageBytes)
	}
	r.add(note{4, 8, entryNote, [4]byte{'X', 'e', 'n'}, layout.Entry})
	for _, s := range segments {
		r.bytes = append(padded(r.bytes, layout.PageBytes), s.bytes...)
	}
	return r.bytes
}

func elfHeader(kind elf.Type, entry uint64, segments int) elf.Header64 {
	return elf.Header64{
		Ident: [elf.EI_NIDENT]byte{0x7f, 'E', 'L', 'F', byte(elf.ELFCLASS64),
			byte(elf.ELFDATA2LSB), byte(elf.EV_CURRENT)},
		Type: uint16(kind), Machine: uint16(elf.EM_X86_64), Version: uint32(elf.EV_CURRENT),
		Entry: entry, Phoff: elfHeaderBytes, Ehsize: elfHeaderBytes,
		Phentsize: elfProgramBytes, Phnum: uint16(segments),
	}
}
