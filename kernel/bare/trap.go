package main

import (
	com "skerry/kernel/commons"
	"skerry/kernel/thread"
)

// Vectors below exceptions are the processor's own. Intel SDM volume 3, table 6-1.
const (
	exceptionBreakpoint = 3
	exceptionPage       = 14
	exceptions          = 32
)

// trap is called on each entry from ring 3; f is the frame in the current thread. Entry assembly
// then continues the thread that is current. What is frequent is handled here: each instruction
// counts.
//
//go:nosplit
func trap(f *thread.Frame) {
	th := instance.Threads.Current()
	switch {
	case f.Vector == thread.VectorCall && probed:
		trace(com.EventCall, f.AX, f.DI)
		instance.Call(th)
	case f.Vector == vectorKick:
		interruptDone()
		instance.Ring()
		instance.Threads.Yield() // to whom it woke
	default:
		handle(th, f)
	}
	if armed == 0 || instance.Threads.Current() != th ||
		instance.Threads.Contended() && !turnArmed {
		change(th)
	}
}

// handle handles what else comes from ring 3.
func handle(th *thread.Thread, f *thread.Frame) {
	switch vector := f.Vector; {
	case vector == thread.VectorCall:
		probeCalls(true)
		f.Flags = flagsUser // the stub used R11, where they were
	case vector >= exceptions:
		interrupt(vector)
	case vector == exceptionPage:
		address := readCR2()
		trace(com.EventFault, address, f.Error)
		instance.Exception(th, address)
	case stubbed(f):
		if !probed {
			probeCalls(false)
			break
		}
		trace(com.EventCall, f.AX, f.DI)
		instance.Call(th)
	default:
		trace(com.EventTrap, vector, f.IP)
		instance.Exception(th, 0)
	}
}

// change looks what else is to be done before ring 3 goes on, and whether another thread than the
// last one does.
//
//go:nosplit
func change(last *thread.Thread) {
	next := instance.Threads.Current()
	for ; next == nil; next = instance.Threads.Current() {
		rest()
	}
	if next != last {
		task[taskRSP0] = uint32(frameEnd(next))
		setFS(next.FSBase)
		trace(com.EventSwitch, uint64(next.ID()), 0)
	}
	if next := instance.Threads.NextDeadline(); armed == 0 || next != 0 && next < armed ||
		instance.Threads.Contended() && !turnArmed {
		arm(now())
	}
}

func setFS(base uint64) { wrmsr(msrFSBase, base) }
