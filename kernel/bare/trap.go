package main

import (
	com "skerry/kernel/commons"
	"skerry/kernel/signal"
	"skerry/kernel/thread"
	"skerry/kernel/vm"
)

// Vectors below exceptions are the processor's own. Intel SDM volume 3, table 6-1.
const (
	exceptionBreakpoint = 3
	exceptionPage       = 14
	exceptions          = 32
)

// Bits of a page fault's error code.
const (
	faultWrite = 1 << 1
	faultUser  = 1 << 2
	faultFetch = 1 << 4
)

// lastFault is the address of the last page fault, for the epitaph.
var lastFault uint64

// trap is called on each entry from ring 3; f is the frame in the current thread. Entry assembly
// then continues the thread that is current. What is frequent is handled here: each instruction
// counts.
//
//go:nosplit
func trap(f *thread.Frame) {
	th := process.Threads.Current()
	switch {
	case f.Vector == vectorCall && probed:
		trace(com.EventCall, f.AX, f.DI)
		process.Call(th)
	case f.Vector == vectorKick:
		interruptDone()
		process.Ring()
		process.Threads.Yield() // to whom it woke
	default:
		handle(th, f)
	}
	if armed == 0 || !process.Undisturbed(th) ||
		process.Threads.Contended() && !turnArmed {
		change(th)
	}
}

// handle handles what else comes from ring 3.
func handle(th *thread.Thread, f *thread.Frame) {
	switch vector := f.Vector; {
	case vector == vectorCall:
		probeCalls(true)
		f.Flags = flagsUser // the stub used R11, where they were
	case vector >= exceptions:
		interrupt(vector)
	case vector == exceptionPage:
		pageFault(th, f)
	case stubbed(f):
		if !probed {
			probeCalls(false)
			break
		}
		trace(com.EventCall, f.AX, f.DI)
		process.Call(th)
	default:
		trace(com.EventTrap, vector, f.IP)
		n, code, address := signal.Exception(th)
		fault(th, n, code, address)
	}
}

// change looks what else is to be done before ring 3 goes on, and whether another thread than the
// last one does.
//
//go:nosplit
func change(last *thread.Thread) {
	next := process.Resume()
	for ; next == nil; next = process.Resume() {
		rest()
	}
	if next != last {
		task[taskRSP0] = uint32(frameEnd(next))
		setFS(next.FSBase)
		trace(com.EventSwitch, uint64(next.ID()), 0)
	}
	if next := process.Threads.NextDeadline(); armed == 0 || next != 0 && next < armed ||
		process.Threads.Contended() && !turnArmed {
		arm(now())
	}
}

func setFS(base uint64) { wrmsr(msrFSBase, base) }

// pageFault brings a page in, or tells the instance that there is none.
func pageFault(th *thread.Thread, f *thread.Frame) {
	lastFault = readCR2()
	trace(com.EventFault, lastFault, f.Error)
	code := signal.CodeMap
	if f.Error&faultUser == 0 { // the processor's own, for an instruction: no page will help
		fault(th, signal.SIGSEGV, signal.CodeKernel, lastFault)
		return
	}
	switch process.Space.Fault(lastFault, f.Error&faultWrite != 0, f.Error&faultFetch != 0) {
	case vm.Mapped:
		return
	case vm.NoMemory:
		endInstance(newLine().text("out of memory: all of ").mega(myself().Bytes).
			text(" is in use, and the page at ").hex(lastFault).text(" is wanted"))
	case vm.Forbidden:
		code = signal.CodeAccess
	}
	fault(th, signal.SIGSEGV, code, lastFault)
}

// fault has the instance handle what its instruction caused.
func fault(th *thread.Thread, n signal.Number, code signal.Code, address uint64) {
	if fatal := process.Signals.Fault(&process.Space, th, n, code, address); fatal != 0 {
		killInstance(fatal)
	}
}

// unknownCall notes a system call that is not served.
func unknownCall(number, count uint64) { trace(com.EventUnknown, number, count) }
