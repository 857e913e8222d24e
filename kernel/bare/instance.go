package main

import (
	"skerry/kernel/cap"
	"skerry/kernel/epitaph"
	"skerry/kernel/layout"
	"skerry/kernel/paging"
	"skerry/kernel/phys"
	"skerry/kernel/process"
	"skerry/kernel/vm"
)

var (
	instance process.Process
	frames   phys.Frames
)

// startInstance makes the core's program ready to run.
func startInstance() {
	core := myself()
	base := phys.Addr(core.Base)
	memory.Base = seen(0)
	frames.Init(&memory, base+layout.FramesOffset, base+phys.Addr(core.Bytes))
	instance.Space.Tables = paging.Tables{
		Root: base, Memory: &memory, Frames: &frames, Invalidate: invlpg,
	}
	instance.Machine = process.Machine{
		Now: now, SetFS: setFS, Exit: exitInstance, Need: starveInstance, Kill: killInstance,
		Call: driverCall,
	}
	instance.Libos = &image().Libos
	random := [2]uint64{randomWord(), randomWord()}
	if !instance.Init(&image().Program[core.Program], random) || !mapExtras() {
		endInstance(newLine().text("no memory to begin with"))
	}
	probe(instance.Threads.Get(1))
}

// mapExtras maps what an instance has besides its program: clock, vDSO, stub and windows.
func mapExtras() bool {
	m, space := image(), &instance.Space
	e := space.Map(layout.Clock, layout.PageBytes, vm.Read, vm.Fixed, phys.Addr(m.Commons), 0)
	e |= space.Map(layout.VDSO, m.VDSOSize, vm.Read|vm.Exec, vm.Fixed, phys.Addr(m.VDSO), 0)
	e |= space.Map(layout.Stub, layout.PageBytes, vm.Read|vm.Exec, vm.Fixed, phys.Addr(m.Stub), 0)
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

// exitInstance, killInstance and starveInstance are what the process needs of its machine.

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

func killInstance(signal, at, vector, address uint64) {
	die(epitaph.Faulted, 128+signal%128, newLine().text("signal ").number(signal, 1).
		text(" at ").hex(at).text(", exception ").number(vector, 1).
		text(", address ").hex(address))
}

func starveInstance(address uint64) {
	endInstance(newLine().text("out of memory: all of ").mega(myself().Bytes).
		text(" is in use, and the page at ").hex(address).text(" is wanted"))
}

// endInstance ends the core because its instance cannot go on.
func endInstance(reason *line) { die(epitaph.Faulted, 1, reason) }
