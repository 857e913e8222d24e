package elf

// Refusal says why a file cannot be run.
type Refusal uint8

// The refusals. OK is none.
const (
	OK Refusal = iota
	Missing
	Truncated
	NotELF
	WrongMachine
	NotProgram
	Dynamic
	PositionIndependent
	BadHeaders
	BadSegment
	BadAddress
	Overlap
	BadEntry
	refusalsCount
)

var refusalTexts = [refusalsCount]string{
	"static ELF program",
	"empty file: want a static ELF program",
	"truncated: want all of the ELF file",
	"no ELF file: want a static ELF program",
	"ELF file for another machine: want one for x86-64",
	"ELF file of another kind: want an executable program",
	"dynamically linked: want a static program, as CGO_ENABLED=0 go build makes it",
	"position independent: want a program with fixed addresses, as -buildmode=exe makes it",
	"bad or too many program headers: want 1 to 64, at most 16 of them to load",
	"bad segment: want no more file than memory, and file and memory aligned alike",
	"segment outside an instance's memory: want 0x400000 to 0x7e0000000000",
	"segments share a page or are out of order: want them upwards, in pages of their own",
	"entry is not in code: want it in an executable segment",
}

// String says what was found and what was wanted.
func (r Refusal) String() string {
	if r >= refusalsCount {
		r = NotELF
	}
	return refusalTexts[r]
}
