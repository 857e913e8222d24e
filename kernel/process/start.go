package process

import (
	"skerry/kernel/layout"
	"skerry/kernel/manifest"
	"skerry/kernel/phys"
	"skerry/kernel/thread"
	"skerry/kernel/vm"
)

// Init makes the process's first thread ready to begin a program, which finds random bytes on its
// stack. It returns false if there is not enough memory for that.
func (p *Process) Init(program *manifest.Program, random [2]uint64) bool {
	const areasBytes = thread.ThreadsMax * layout.AreaBytes
	const temporaryBytes = layout.TemporaryMax * layout.TemporaryBytes
	const readWrite = vm.Read | vm.Write
	pulse, ok := p.Space.Tables.Frames.Take()
	if !ok {
		return false
	}
	p.Pulse = pulse
	e := p.Space.Map(layout.Pulse, layout.PageBytes, readWrite, vm.Fixed, pulse, 0)
	e |= p.Space.Map(layout.StackTop-layout.StackSize, layout.StackSize, readWrite, vm.Zero, 0, 0)
	e |= p.Space.Map(layout.Areas, areasBytes, readWrite, vm.Sparse, 0, 0)
	e |= p.Space.Map(layout.Temporary, temporaryBytes, readWrite, vm.Sparse, 0, 0)
	for i := range min(program.Segments, manifest.SegmentsMax) {
		s := &program.Segment[i]
		e |= p.Space.Map(s.Start, s.End-s.Start, vm.Prot(s.Prot), vm.Image, phys.Addr(s.Source),
			s.FileBytes)
	}
	at := layout.StackTop - program.StackBytes
	stack := p.Space.Tables.Memory.Bytes(phys.Addr(program.Stack), program.StackBytes)
	if e != 0 || !p.Space.CopyOut(at, stack) || !vm.Store(&p.Space, layout.RandomAt, random) {
		return false
	}
	f := &p.Threads.Spawn().Frame
	f.IP, f.SP = program.Entry, at
	return makeSafe(f)
}
