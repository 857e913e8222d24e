// Libos is what an instance on a bare machine has of Linux besides what the CPU driver does: it
// serves the other system calls, in ring 3, in the address space of the program that makes them.
//
// It is freestanding Go, as the driver is: the image writer puts it at layout.Libos in each
// program, and Go's runtime in it is never started. What it does is package linux; here is how a
// thread comes to it and leaves, and what it has the driver do. It can do nothing that the program
// could not do itself, and the driver trusts neither.
//
// The driver sends a thread to one of these (entry_amd64.s):
//
//	callEntry    with a system call that the driver does not serve
//	upcallEntry  after an exception, or interrupted by another thread
//	faultEntry   after an exception in the libOS itself: mostly, a bad pointer of a call
//
// Each thread has an area, with its registers and a stack for the libOS, and leaves by tail.
package main

import (
	"skerry/kernel/drivercall"
	"skerry/kernel/files"
	"skerry/kernel/layout"
	"skerry/kernel/linux"
	"skerry/kernel/signal"
	"skerry/kernel/thread"
)

// main is never called: the driver calls the entries.
func main() {}

// Entries in entry_amd64.s, which the image writer tells the driver; Go never calls them.
func callEntry()
func upcallEntry()
func faultEntry()
func boundsEntry()
func tail()
func tailEnd()

// What assembly calls.
var (
	callFn    = serve
	upcallFn  = upcall
	deliverFn = deliver
	faultFn   = fault
	boundsFn  = bounds
)

// What assembly is called for.
var (
	call   func(number, a, b, c, d uint64) int64
	saveFX func(at uint64)
	rdtsc  func() uint64
)

// noG is a goroutine whose stack never ends, for stack checks.
var noG [8]uint64

// process is the program's.
var process = linux.Process{Machine: linux.Machine{
	Now: now, Wall: wall, Seed: seed, Read: read, Write: write, Memory: memory, Discard: discard,
	Spawn: spawn, Interrupt: interrupt, Exists: exists, Kill: kill, SaveFX: save, Events: events,
	Wake: wake, Wait: wait, Rings: rings, Park: park, Unpark: unpark, Sample: sample,
	Unknown: unknown,
}, Files: files.Tree{Image: layout.Files, Temporary: layout.Temporary}}

func serve(a *drivercall.Area)   { process.Call(a) }
func upcall(a *drivercall.Area)  { process.Upcall(a) }
func deliver(a *drivercall.Area) { process.Deliver(a) }

// fault is called after an exception in the libOS, with where it was. If it is not that of a call,
// the libOS itself is broken.
func fault(a *drivercall.Area, at, vector, address uint64) {
	if !process.Faulted(a) {
		f := thread.Frame{IP: at, Vector: vector}
		kill(signal.SIGSEGV, &f, address)
	}
}

// bounds is called in place of a panic, and where from.
func bounds(at uint64) {
	f := thread.Frame{IP: at}
	kill(signal.SIGABRT, &f, 0)
}
