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
	p.openConsole()
	return ""
}

const startFlags = 1<<9 | 1<<1 // interrupts on; reads as 1

// mapProgram makes the segments appear.
func (p *Process) mapProgram(program *manifest.Program, parsed *elf.Program) bool {
	for i := range parsed.Segments {
		s := &parsed.Segment[i]
		prot := vm.None
		if s.Readable {
			prot |= vm.Read
		}
		if s.Writable {
			prot |= vm.Write
		}
		if s.Executable {
			prot |= vm.Exec
		}
		e := p.Space.Map(s.Start, s.End-s.Start, prot, vm.Image,
			phys.Addr(program.Image+s.Offset), s.FileBytes)
		if e < 0 {
			return false
		}
	}
	return true
}

// openConsole makes the console the first three descriptors.
func (p *Process) openConsole() {
	if i, ok := p.newOpen(console, readWrite); ok {
		for range 3 {
			p.describe(i, 0)
		}
	}
}

// Keys of the auxiliary vector (System V ABI for AMD64, 3.4.3, and Linux's auxvec.h).
const (
	auxEnd          = 0
	auxHeaders      = 3
	auxHeaderBytes  = 4
	auxHeaderCount  = 5
	auxPageBytes    = 6
	auxEntry        = 9
	auxUser         = 11
	auxEffUser      = 12
	auxGroup        = 13
	auxEffGroup     = 14
	auxHardware     = 16
	auxTicks        = 17
	auxSecure       = 23
	auxRandom       = 25
	auxName         = 31
	auxVDSO         = 33
	auxWords        = 2 * 16
	randomBytes     = 16
	programHeader   = 56
	ticksPerSecond  = 100
	wordBytes       = 8
	stackAlignBytes = 16
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
	random := (args - randomBytes) &^ (stackAlignBytes - 1)
	words := 1 + program.ArgCount + 1 + program.EnvCount + 1 + auxWords
	stack := (random - words*wordBytes) &^ (stackAlignBytes - 1)
	p.Machine.Random(p.scratch[:randomBytes])
	at := stack + wordBytes
	ok := p.Space.CopyOut(random, p.scratch[:randomBytes]) &&
		p.Space.Store64(stack, program.ArgCount) &&
		p.putStrings(&at, args, program.Args, program.ArgsBytes, program.ArgCount) &&
		p.putStrings(&at, env, program.Env, program.EnvBytes, program.EnvCount)
	aux := [auxWords]uint64{
		auxHeaders, parsed.Headers, auxHeaderBytes, programHeader,
		auxHeaderCount, parsed.HeaderCount, auxPageBytes, layout.PageBytes,
		auxEntry, parsed.Entry, auxHardware, hardware, auxTicks, ticksPerSecond,
		auxUser, 0, auxEffUser, 0, auxGroup, 0, auxEffGroup, 0, auxSecure, 0,
		auxRandom, random, auxName, args, auxVDSO, layout.VDSO, auxEnd, 0,
	}
	for i := range aux {
		ok = ok && p.Space.Store64(at+uint64(i)*wordBytes, aux[i])
	}
	return stack, ok
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
			ok = ok && p.store64(*list, to+start) == 0
			*list += wordBytes
		}
		start = i + 1
	}
	ok = ok && p.store64(*list, 0) == 0
	*list += wordBytes
	return ok && found == count
}
