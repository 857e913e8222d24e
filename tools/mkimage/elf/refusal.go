package elf

// Refusal says why a file cannot be run: what was found and what was wanted.
type Refusal string

// The refusals. OK is none.
const (
	OK                  Refusal = ""
	Missing             Refusal = "empty file: want a static ELF program"
	Truncated           Refusal = "truncated: want all of the ELF file"
	NotELF              Refusal = "no ELF file: want a static ELF program"
	WrongMachine        Refusal = "ELF file for another machine: want one for x86-64"
	NotProgram          Refusal = "ELF file of another kind: want an executable program"
	Dynamic             Refusal = "dynamically linked: want a static one, by CGO_ENABLED=0 go build"
	PositionIndependent Refusal = "position independent: want fixed addresses, by -buildmode=exe"
	BadHeaders          Refusal = "bad program headers: want 1 to 64, at most 12 of them to load"
	BadSegment          Refusal = "bad segment: want no more file than memory, both aligned alike"
	BadAddress          Refusal = "segment out of bounds: want it in 0x400000 to 0x7b0000000000"
	Overlap             Refusal = "segments out of order, or in one page: want them upwards"
	BadEntry            Refusal = "entry is not in code: want it in an executable segment"
)
