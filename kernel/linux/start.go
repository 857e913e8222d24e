package linux

import (
	"skerry/kernel/elf"
	"skerry/kernel/layout"
	"skerry/kernel/manifest"
	"skerry/kernel/phys"
	"skerry/kernel/vm"
)

// Init makes the process's first thread ready to begin a program. It returns "", or why the program
// cannot be started.
func (p *Process) Init(program *manifest.Program) string {
	if program.Image%layout.PageBytes != 0 {
		return "program in the image not at a page"
	}
	var parsed elf.Program
	memory := p.Space.Tables.Memory
	file := memory.Bytes(phys.Addr(program.Image), program.Bytes)
	if r := elf.Parse(file, &parsed); r != elf.OK {
		return string(r)
	}
	const base, randomBytes = layout.StackTop - layout.StackSize, layout.StackTop - layout.RandomAt
	at := layout.StackTop - program.StackBytes
	stack := memory.Bytes(phys.Addr(program.Stack), program.StackBytes)
	p.Machine.Random(p.scratch[:randomBytes])
	if !p.mapProgram(program, &parsed) || !p.Files.Init(p.wallTime()) ||
		p.Space.Map(base, layout.StackSize, vm.Read|vm.Write, vm.Zero, 0, 0) < 0 ||
		!p.Space.CopyOut(at, stack) || !p.Space.CopyOut(layout.RandomAt, p.scratch[:randomBytes]) {
		return "no memory to begin with"
	}
	f := &p.Threads.Spawn().Frame
	f.IP, f.SP, f.Flags = parsed.Entry, at, startFlags
	f.CS, f.SS = layout.SelectorUserCode, layout.SelectorUserData
	p.create(open{kind: console, flags: readOnly})
	p.create(open{kind: console, flags: writeOnly})
	p.create(open{kind: console, flags: writeOnly})
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
