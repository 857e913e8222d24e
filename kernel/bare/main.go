// Bare is the CPU driver of an x86-64 processor: what runs in ring 0.
//
// It is freestanding Go. Stock `go build` links it, the image writer places it, and Go's runtime in
// it is never started: nothing allocates, nothing blocks, there are no goroutines. Each core has
// its own copy of the package's variables at the same virtual address (package layout), so they
// are the core's own and need no lock. Cores meet only in the commons (package commons).
//
// The driver is driven by events and never preempted: interrupts are off in ring 0, but for the
// one instruction in which an idle core halts. The way of each event:
//
//	start            begin    a life begins: hardware, instance     entry_amd64.s, begin.go
//	system call      trap     package process, or to the libOS      trap.go
//	exception        trap     vm, or to the libOS                   trap.go
//	interrupt        trap     wake-ups                              trap.go, schedule.go
//	NMI              nmi      stop this core, or start it again     life.go
//
// After each: choose the next thread, or halt until an interrupt (schedule.go).
package main

// main is never called: the entry is start, in assembly.
func main() {}
