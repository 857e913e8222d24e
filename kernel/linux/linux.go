// Package linux is the part of Linux's ABI on x86-64 that static Go programs use, as far as it
// needs no privilege: files, eventfds and epolls, signals, random numbers. It is linked into the
// libOS, which runs in ring 3 in the address space of its instance, and serves the system calls
// that the CPU driver does not serve itself: it does those of memory, threads and time.
//
// What a program passes is used as it is: memory is the program's own, and an address that is none
// faults, which ends the call with EFAULT. So each call reads what it needs before it changes
// anything, or leaves a state that is good at each access. What is not served is refused with
// ENOSYS and counted.
//
// How the libOS uses a Process; a is that of the thread that does it:
//
//	Call      the thread has made a system call
//	Upcall    an exception has happened to it, or another thread has interrupted it
//	Deliver   signals have come to it since one of these
//	Faulted   an exception has happened to it in one of these
//
// Threads take a lock in each of them, and give it back to wait. A call that has to wait looks,
// waits until Machine.Events has changed since before it looked, and looks again.
package linux

import (
	"skerry/kernel/drivercall"
	"skerry/kernel/files"
	"skerry/kernel/signal"
	"skerry/kernel/thread"
)

// Machine is what a process needs of what is below it. Results are those of Linux's calls: 0, or an
// error of package errno.
type Machine struct {
	Now  func() uint64   // nanoseconds since the machine's start
	Wall func() uint64   // nanoseconds from 1970 to the machine's start
	Seed func(to []byte) // fills up to drivercall.SeedBytes with random numbers

	Read  func(to []byte) (uint64, bool) // from the console, what there is; false: it has ended
	Write func(text []byte) uint64       // to the console; returns how much it took, 0: it is full

	Memory  func() (total, used uint64) // bytes that the instance has, and uses
	Discard func(start, size uint64)    // makes pages zeros, and gives their memory back

	Spawn     func(f *thread.Frame, fsBase uint64) int64 // as drivercall.Spawn
	Interrupt func(id thread.ID) int64
	Exists    func(id thread.ID) int64
	Kill      func(n signal.Number, f *thread.Frame, address uint64) // does not return
	SaveFX    func(fx *thread.FX)                                    // stores the FPU's state

	// Events counts what may end a wait. Wake counts one more, and ends all waits. Wait waits while
	// the count is what was seen, for some nanoseconds if they are not 0, or until interrupted.
	Events func() uint64
	Wake   func()
	Wait   func(seen, nanos uint64)

	Rings func() uint64 // counts kicks and notices, each an event

	// Park waits while a word is a value; Unpark ends one such wait.
	Park   func(word *uint32, value uint32)
	Unpark func(word *uint32)

	// Sample has the running thread come to Upcall each so many nanoseconds; after 0, never again.
	Sample func(nanos uint64)

	// Unknown is told of a call that is not served, and how many of its number there were.
	Unknown func(number, count uint64)
}

// Process is an instance's. Its owner sets Machine, and of Files the addresses, before the first
// call.
type Process struct {
	Machine Machine
	Signals signal.Signals
	Files   files.Tree

	mutex mutex
	began bool // the first call has made the process ready

	profiling [2]timeval // what setitimer was told

	threads [thread.ThreadsMax]signal.Thread

	open    [descriptorsMax]open        // by descriptor
	changed [descriptorsMax / 64]uint64 // bit i: open[i] may have an event for its epoll
	waiters uint64                      // threads that wait for events

	bell    *open  // the bell's file, or nil
	rings   uint64 // of Machine.Rings, those that were read
	noticed uint64 // of Machine.Rings, those that its epoll was told of

	pool pool

	unknown [unknownMax]uint64 // calls not served, by number; the last place is for all others
	path    [pathMax]byte      // that a call names
	scratch [scratchBytes]byte
}

// thread returns what a process knows of a thread.
func (p *Process) thread(a *drivercall.Area) *signal.Thread {
	return &p.threads[(a.ID-1)%thread.ThreadsMax]
}
