package linux

import (
	"skerry/kernel/layout"
	"skerry/kernel/manifest"
	"skerry/kernel/phys"
	"skerry/kernel/vm"
)

const startFlags = 1<<9 | 1<<1 // interrupts on; reads as 1

// Init makes the process's first thread ready to begin a program. It returns false if there is not
// enough memory for that.
func (p *Process) Init(program *manifest.Program) bool {
	const base, randomBytes = layout.StackTop - layout.StackSize, layout.StackTop - layout.RandomAt
	e := p.Space.Map(base, layout.StackSize, vm.Read|vm.Write, vm.Zero, 0, 0)
	for i := range min(program.Segments, manifest.SegmentsMax) {
		s := &program.Segment[i]
		e |= p.Space.Map(s.Start, s.End-s.Start, vm.Prot(s.Prot), vm.Image, phys.Addr(s.Source),
			s.FileBytes)
	}
	at := layout.StackTop - program.StackBytes
	stack := p.Space.Tables.Memory.Bytes(phys.Addr(program.Stack), program.StackBytes)
	p.Machine.Random(p.scratch[:randomBytes])
	if e != 0 || !p.Files.Init(p.wallTime()) || !p.Space.CopyOut(at, stack) ||
		!p.Space.CopyOut(layout.RandomAt, p.scratch[:randomBytes]) {
		return false
	}
	f := &p.Threads.Spawn().Frame
	f.IP, f.SP, f.Flags = program.Entry, at, startFlags
	f.CS, f.SS = layout.SelectorUserCode, layout.SelectorUserData
	p.create(open{kind: console, flags: readOnly})
	p.create(open{kind: console, flags: writeOnly})
	p.create(open{kind: console, flags: writeOnly})
	return true
}
