package linux

import (
	"skerry/kernel/elf"
	"skerry/kernel/layout"
	"skerry/kernel/manifest"
	"skerry/kernel/phys"
	"skerry/kernel/vm"
)

// Init makes the process's first thread ready to begin a program; hardware is what CPUID leaf 1
// says in EDX. It returns "", or why the program cannot be started.
func (p *Process) Init(program *manifest.Program, hardware uint64) string {
	if program.Image%layout.PageBytes != 0 {
		return "program in the image not at a page"
	}
	var parsed elf.Program
	memory := p.Space.Tables.Memory
	file := memory.Bytes(phys.Addr(program.Image), program.Bytes)
	if r := elf.Parse(file, &parsed); r != elf.OK {
		return r.String()
	}
	const base = layout.StackTop - layout.StackSize
	if !p.mapProgram(program, &parsed) || !p.Files.Init(p.wallTime()) ||
		p.Space.Map(base, layout.StackSize, vm.Read|vm.Write, vm.Zero, 0, 0) < 0 {
		return "no memory to begin with"
	}
	stack, ok := p.fillStack(program, &parsed, hardware)
	if !ok {
		return "arguments and environment too long, not as many as counted, or no memory"
	}
	f := &p.Threads.Spawn().Frame
	f.IP, f.SP, f.Flags = parsed.Entry, stack, startFlags
	f.CS, f.SS = layout.SelectorUserCode, layout.SelectorUserData
	p.create(open{kind: console, flags: readWrite})
	for range 2 {
		p.describe(&p.open[0], 0)
	}
	return ""
}

const startFlags = 1<<9 | 1<<1 // interrupts on; reads as 1

// mapProgram makes the segments appear.
func (p *Process) mapProgram(program *manifest.Program, parsed *elf.Program) bool {
	for i := range parsed.Segments {
		s := &parsed.Segment[i]
		e := p.Space.Map(s.Start, s.End-s.Start, vm.Prot(s.Prot), vm.Image,
			phys.Addr(program.Image+s.Offset), s.FileBytes)
		if e < 0 {
			return false
		}
	}
	return true
}

const (
	wordBytes   = 8
	auxWords    = 2 * 16 // of the auxiliary vector
	randomBytes = 16
	stackAlign  = 16
)

// fillStack puts on the stack what a program finds there, from below: the number of arguments,
// their addresses, 0, those of the environment, 0, the auxiliary vector, 16 random bytes, the
// strings. It returns the stack pointer.
func (p *Process) fillStack(program *manifest.Program, parsed *elf.Program, hardware uint64) (
	uint64, bool) {
	if program.ArgsBytes > argumentsMax || program.EnvBytes > argumentsMax ||
		program.ArgCount > program.ArgsBytes || program.EnvCount > program.EnvBytes {
		return 0, false
	}
	env := layout.StackTop - program.EnvBytes
	args := env - program.ArgsBytes
	random := (args - randomBytes) &^ (stackAlign - 1)
	words := 1 + program.ArgCount + 1 + program.EnvCount + 1 + auxWords
	stack := (random - words*wordBytes) &^ (stackAlign - 1)
	p.Machine.Random(p.scratch[:randomBytes])
	at := stack + wordBytes
	ok := p.Space.CopyOut(random, p.scratch[:randomBytes]) &&
		p.Space.Store64(stack, program.ArgCount) &&
		p.putStrings(&at, args, program.Args, program.ArgsBytes, program.ArgCount) &&
		p.putStrings(&at, env, program.Env, program.EnvBytes, program.EnvCount)
	aux := [auxWords]uint64{
		3, parsed.Headers, // AT_PHDR
		4, elf.HeaderBytes, // AT_PHENT
		5, parsed.HeaderCount, // AT_PHNUM
		6, layout.PageBytes, // AT_PAGESZ
		9, parsed.Entry, // AT_ENTRY
		11, 0, 12, 0, 13, 0, 14, 0, // AT_UID, AT_EUID, AT_GID, AT_EGID
		16, hardware, // AT_HWCAP
		17, 100, // AT_CLKTCK
		23, 0, // AT_SECURE
		25, random, // AT_RANDOM
		31, args, // AT_EXECFN
		33, layout.VDSO, // AT_SYSINFO_EHDR
		0, 0, // AT_NULL
	}
	return stack, ok && p.store(at, aux[:])
}

// putStrings copies strings that each end in a zero to a place, and at a second one lists where
// they begin; 0 ends the list. It returns false if there are not as many as count.
func (p *Process) putStrings(list *uint64, to, from, size, count uint64) bool {
	text := p.Space.Tables.Memory.Bytes(phys.Addr(from), size)
	if !p.Space.CopyOut(to, text) || size > 0 && text[size-1] != 0 {
		return false
	}
	start, found, ok := uint64(0), uint64(0), true
	for i := range size {
		if text[i] != 0 {
			continue
		}
		if found++; found <= count {
			ok = ok && p.Space.Store64(*list, to+start)
			*list += wordBytes
		}
		start = i + 1
	}
	ok = ok && p.Space.Store64(*list, 0)
	*list += wordBytes
	return ok && found == count
}
