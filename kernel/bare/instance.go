package main

import (
	"skerry/kernel/cap"
	"skerry/kernel/epitaph"
	"skerry/kernel/layout"
	"skerry/kernel/linux"
	"skerry/kernel/paging"
	"skerry/kernel/phys"
	"skerry/kernel/signal"
	"skerry/kernel/vm"
)

var (
	process linux.Process
	frames  phys.Frames
	pulse   phys.Addr // the page on which the instance counts that it is alive
)

// startInstance makes the core's program ready to run.
func startInstance() {
	core := myself()
	base := phys.Addr(core.Base)
	memory.Base = seen(0)
	frames.Init(&memory, base+layout.FramesOffset, base+phys.Addr(core.Bytes))
	process.Space.Tables = paging.Tables{
		Root: base, Memory: &memory, Frames: &frames, Invalidate: invlpg,
	}
	process.Machine = linux.Machine{
		Now: now, Random: fillRandom, Stir: stirRandom, Write: writeConsole, Read: readConsole,
		Exit: exitInstance, Kill: killInstance, SetFS: setFS, Call: driverCall,
		Unknown: unknownCall,
	}
	process.Wall = commons().Clock.Wall
	process.Files.Memory, process.Files.Frames = &memory, &frames
	process.Files.Manifest, process.Files.FramesMax = image(), frames.Total()/2
	if !process.Init(&image().Program[core.Program]) || !mapExtras() {
		endInstance(newLine().text("no memory to begin with"))
	}
	probe(process.Threads.Get(1))
}

// mapExtras maps what an instance has besides its program: clock, vDSO, stub, pulse and windows.
func mapExtras() bool {
	m, space := image(), &process.Space
	var ok bool
	if pulse, ok = frames.Take(); !ok {
		return false
	}
	e := space.Map(layout.Clock, layout.PageBytes, vm.Read, vm.Fixed, phys.Addr(m.Commons), 0)
	e |= space.Map(layout.VDSO, m.VDSOSize, vm.Read|vm.Exec, vm.Fixed, phys.Addr(m.VDSO), 0)
	e |= space.Map(layout.Stub, layout.PageBytes, vm.Read|vm.Exec, vm.Fixed, phys.Addr(m.Stub), 0)
	e |= space.Map(layout.Pulse, layout.PageBytes, vm.Read|vm.Write, vm.Fixed, pulse, 0)
	for c := range commons().Clock.Cores {
		if cap.May(m, me, cap.Share, c) {
			at := m.Windows + layout.WindowIndex(me, c)*layout.BlockBytes
			e |= space.Map(windowAt(c), layout.BlockBytes, vm.Read|vm.Write, vm.Fixed,
				phys.Addr(at), 0)
		}
	}
	return e == 0 && space.Fault(layout.Stub, false, true) == vm.Mapped
}

// windowAt returns where the instance sees the window to a core.
func windowAt(core uint64) uint64 { return layout.Windows + core*layout.BlockBytes }

// writeConsole, exitInstance, killInstance and unknownCall are what the process needs of its
// machine.

func writeConsole(text []byte) uint64 {
	listen(text)
	from, size := bytesOf(text)
	return output(from, size)
}

func exitInstance(exit uint64) {
	if exit == 0 {
		die(epitaph.Exited, 0, newLine().text("the program ended"))
	}
	reason := newLine().text("exit status ").number(exit, 1)
	if lastWords.size > 0 {
		reason.text(": ").bytesOf(&lastWords.line)
	}
	die(epitaph.Panicked, exit, reason)
}

func killInstance(n signal.Number) {
	f := &process.Threads.Current().Frame
	die(epitaph.Faulted, 128+uint64(n), newLine().text("signal ").number(uint64(n), 1).
		text(" at ").hex(f.IP).text(", exception ").number(f.Vector, 1).
		text(", address ").hex(lastFault))
}

// endInstance ends the core because its instance cannot go on.
func endInstance(reason *line) { die(epitaph.Faulted, 1, reason) }
