package image

import (
	"encoding/binary"

	"skerry/kernel/layout"
	"skerry/tools/mkimage/elf"
)

const stackAlign = 16

// stack returns what a program finds on its stack, from its stack pointer up to layout.StackTop
// (System V ABI for AMD64, 3.4.1): the number of arguments, their addresses, 0, those of the
// environment, 0, the auxiliary vector, the strings, and room for random bytes, which the driver
// fills in.
func stack(p *Program, parsed *elf.Program) []byte {
	strings := append(cStrings(p.Args), cStrings(p.Env)...)
	strings = padded(strings, stackAlign)
	strings = append(strings, make([]byte, layout.StackTop-layout.RandomAt)...)
	at := layout.StackTop - uint64(len(strings))
	words := []uint64{uint64(len(p.Args))}
	for _, list := range [][]string{p.Args, p.Env} {
		for _, s := range list {
			words = append(words, at)
			at += uint64(len(s)) + 1
		}
		words = append(words, 0)
	}
	words = append(words,
		3, parsed.Headers, // AT_PHDR
		4, elf.HeaderBytes, // AT_PHENT
		5, parsed.HeaderCount, // AT_PHNUM
		6, layout.PageBytes, // AT_PAGESZ
		9, parsed.Entry, // AT_ENTRY
		11, 0, 12, 0, 13, 0, 14, 0, // AT_UID, AT_EUID, AT_GID, AT_EGID
		17, 100, // AT_CLKTCK
		23, 0, // AT_SECURE
		25, layout.RandomAt, // AT_RANDOM
		31, layout.StackTop-uint64(len(strings)), // AT_EXECFN
		33, layout.VDSO, // AT_SYSINFO_EHDR
		0, 0) // AT_NULL
	if len(words)%2 != 0 { // the stack pointer is aligned; what follows AT_NULL is nobody's
		words = append(words, 0)
	}
	var b []byte
	for _, w := range words {
		b = binary.LittleEndian.AppendUint64(b, w)
	}
	return append(b, strings...)
}
