package image

import (
	"bytes"
	"debug/elf"

	"skerry/kernel/layout"
)

// The one function of the vDSO, and the version that Go's runtime and C libraries ask for.
const (
	clockFunction = "__vdso_clock_gettime"
	clockVersion  = "LINUX_2.6"
	vdsoName      = "linux-vdso.so.1"
)

const verFlagBase = 1 // VER_FLG_BASE

// Offsets of the fields of commons.Clock.
const (
	clockStart = 0
	clockScale = 8
	clockWall  = 16
)

// clockCode returns clock_gettime(DI: clock, SI: *timespec), which reads the page at layout.Clock
// and the time stamp counter. It refuses other clocks than the real one and the monotonic one.
func clockCode() []byte {
	c := &code{}
	c.op(0x83, 0xff, 0x01)             // CMPL DI, $1: CLOCK_MONOTONIC
	others := c.shortJump(0x77)        // JHI
	c.op64(layout.Clock, 0x49, 0xb8)   // MOVQ $Clock, R8
	c.op(0x31, 0xc9)                   // XORL CX, CX
	c.op(0x0f, 0xae, 0xe8)             // LFENCE: not before what was read until now
	c.op(0x0f, 0x31)                   // RDTSC
	c.op(0x48, 0xc1, 0xe2, 32)         // SHLQ $32, DX
	c.op(0x48, 0x09, 0xd0)             // ORQ DX, AX
	c.op(0x49, 0x2b, 0x40, clockStart) // SUBQ Start(R8), AX
	c.op(0x48, 0x0f, 0x42, 0xc1)       // CMOVQCS CX, AX: never before time 0
	c.op(0x49, 0xf7, 0x60, clockScale) // MULQ Scale(R8)
	c.op(0x48, 0x0f, 0xac, 0xd0, 32)   // SHRQ $32, DX, AX: nanoseconds
	c.op(0x85, 0xff)                   // TESTL DI, DI
	monotonic := c.shortJump(0x75)     // JNE
	c.op(0x49, 0x03, 0x40, clockWall)  // ADDQ Wall(R8), AX
	monotonic()
	c.op(0x31, 0xd2)            // XORL DX, DX
	c.op32(1_000_000_000, 0xb9) // MOVL $1e9, CX
	c.op(0x48, 0xf7, 0xf1)      // DIVQ CX
	c.op(0x48, 0x89, 0x06)      // MOVQ AX, 0(SI): seconds
	c.op(0x48, 0x89, 0x56, 8)   // MOVQ DX, 8(SI): nanoseconds
	c.op(0x31, 0xc0)            // XORL AX, AX
	c.op(0xc3)                  // RET
	others()
	c.op(0x48, 0xc7, 0xc0, 0xea, 0xff, 0xff, 0xff) // MOVQ $-EINVAL, AX
	c.op(0xc3)                                     // RET
	return c.bytes
}

// Versions, as symbols and definitions number them; 0 is that of local symbols.
const (
	versionBase  = 1 // of the object itself
	versionClock = 2
)

// versionDefinition is Elf64_Verdef with the one Elf64_Verdaux that follows it.
type versionDefinition struct {
	Revision, Flags, Index, Count uint16
	Hash, Name, Next              uint32 // Name and Next: bytes from here
	NameOffset, NameNext          uint32
}

// vdso returns an ELF shared object with clockFunction. In its one segment, all is at the same
// offset in the file and in memory: Go's runtime rests on that.
func vdso() []byte {
	r := &record{bytes: make([]byte, elfHeaderBytes+2*elfProgramBytes)}
	code := clockCode()
	text := r.add(code)
	names := []byte("\x00" + clockFunction + "\x00" + clockVersion + "\x00" + vdsoName + "\x00")
	name := func(s string) uint32 { return uint32(bytes.Index(names, []byte(s+"\x00"))) }
	strings := r.add(names)
	hash := r.add([]uint32{1, 2, 1, 0, 0}) // one bucket with symbol 1; nothing follows it
	symbols := r.add([]elf.Sym64{{}, {
		Name: name(clockFunction), Info: elf.ST_INFO(elf.STB_GLOBAL, elf.STT_FUNC), Shndx: 1,
		Value: text, Size: uint64(len(code)),
	}})
	versions := r.add([]uint16{0, versionClock})
	const definition, whole = 20, 28
	definitions := r.add([]versionDefinition{
		{1, verFlagBase, versionBase, 1, oldHash(vdsoName), definition, whole, name(vdsoName), 0},
		{1, 0, versionClock, 1, oldHash(clockVersion), definition, 0, name(clockVersion), 0},
	})
	dynamic := r.add([]elf.Dyn64{
		{Tag: int64(elf.DT_SONAME), Val: uint64(name(vdsoName))},
		{Tag: int64(elf.DT_HASH), Val: hash},
		{Tag: int64(elf.DT_SYMTAB), Val: symbols},
		{Tag: int64(elf.DT_SYMENT), Val: elf.Sym64Size},
		{Tag: int64(elf.DT_STRTAB), Val: strings},
		{Tag: int64(elf.DT_STRSZ), Val: uint64(len(names))},
		{Tag: int64(elf.DT_VERSYM), Val: versions},
		{Tag: int64(elf.DT_VERDEF), Val: definitions},
		{Tag: int64(elf.DT_VERDEFNUM), Val: 2},
		{},
	})
	end := uint64(len(r.bytes))
	header := &record{}
	header.add(elfHeader(elf.ET_DYN, 0, 2))
	header.add([]elf.Prog64{{
		Type: uint32(elf.PT_LOAD), Flags: uint32(elf.PF_R | elf.PF_X),
		Filesz: end, Memsz: end, Align: layout.PageBytes,
	}, {
		Type: uint32(elf.PT_DYNAMIC), Flags: uint32(elf.PF_R), Off: dynamic, Vaddr: dynamic,
		Filesz: end - dynamic, Memsz: end - dynamic, Align: recordAlign,
	}})
	copy(r.bytes, header.bytes)
	return padded(r.bytes, layout.PageBytes)
}

// oldHash is the hash function of the System V ABI.
func oldHash(name string) uint32 {
	var h uint32
	for _, c := range []byte(name) {
		h = h<<4 + uint32(c)
		high := h & 0xf000_0000
		h = (h ^ high>>24) &^ high
	}
	return h
}
