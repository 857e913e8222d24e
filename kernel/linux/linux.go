// Package linux is the part of Linux's ABI on x86-64 that static Go programs use: a process with
// threads, one address space, signals, files, eventfds and epolls. It knows no machine: the CPU
// driver brings it system calls and interrupts, and runs the threads that it says can run.
//
// Whatever an instance passes is a number until it has been checked. Addresses are never used: they
// go through the process's page tables, in package vm. What is not served is refused with ENOSYS
// and counted.
//
// How the driver uses a Process:
//
//	Init                     once, before anything else
//	Call                     the running thread has made a system call
//	Ring                     a kick or a notice has come
//	Input                    the console has input, or has ended
//	Threads.Expire           a deadline of Threads.NextDeadline has passed
//	Resume                   before the running thread goes on
//
// A call that has to wait leaves its registers as they are, with the call's number in AX, until its
// result is put there.
package linux

import (
	"skerry/kernel/files"
	"skerry/kernel/signal"
	"skerry/kernel/thread"
	"skerry/kernel/vm"
)

// Machine is what a process needs of the machine that it runs on.
type Machine struct {
	Now    func() uint64                  // nanoseconds since the machine's start
	Random func(to []byte)                // fills it
	Stir   func(from []byte)              // makes what Random gives next depend on it as well
	Write  func(text []byte) uint64       // to the console; returns how much there was room for
	Read   func(to []byte) (uint64, bool) // from the console, what there is; false: it has ended
	Exit   func(status uint64)            // the process has ended itself
	Kill   func(n signal.Number)          // a signal has ended it
	SetFS  func(base uint64)              // the running thread's FS base has changed

	// Call serves a call of package drivercall with these registers, and returns its result.
	Call func(f *thread.Frame) int64

	// Unknown is told of a call that is not served, and how many of its number there were.
	Unknown func(number, count uint64)
}

// Process is an instance's. Its owner sets Machine, Wall, Space.Tables and the exported fields of
// Files, then calls Init.
type Process struct {
	Threads thread.Table // first: FXSAVE wants threads aligned
	Machine Machine
	Wall    uint64 // nanoseconds from 1970 to the machine's start
	Space   vm.Space
	Signals signal.Signals
	Files   files.Tree
	Calls   uint64 // how many were made

	open    [descriptorsMax]open        // by descriptor
	changed [descriptorsMax / 64]uint64 // bit i: open[i] may have an event for its epoll

	bell  *open  // the bell's file, or nil
	rings uint64 // not read yet

	unfinished uint64                    // bit i: thread i+1 sleeps in a write to the console
	written    [thread.ThreadsMax]uint64 // of such a write, the bytes already taken

	unknown [unknownMax]uint64 // calls not served, by number; the last place is for all others
	path    [pathMax]byte      // that a call names
	scratch [scratchBytes]byte
}

// Undisturbed tells whether th goes on running and Resume has nothing to do.
func (p *Process) Undisturbed(th *thread.Thread) bool {
	return p.Threads.Current() == th && p.calm(th)
}

// Resume has the running thread go on with what it slept for, and begin the handlers of its
// signals. It returns that thread, or nil if all wait.
func (p *Process) Resume() *thread.Thread {
	th := p.Threads.Current()
	for th != nil && !p.calm(th) && !p.goOn(th) {
		th = p.Threads.Current() // the last one waits again
	}
	return th
}

// calm tells whether a thread may have neither slept in a write nor signals to be delivered.
func (p *Process) calm(th *thread.Thread) bool {
	return p.unfinished|th.Pending&^th.Mask == 0
}

func (p *Process) goOn(th *thread.Thread) bool {
	if bit := uint64(1) << (th.ID() - 1); p.unfinished&bit != 0 {
		p.unfinished &^= bit
		th.Frame.AX = sysWrite
		result := p.writeOn(th)
		if result == settled {
			return false
		}
		th.Frame.AX = uint64(result)
	}
	if n := p.Signals.Deliver(&p.Space, th); n != 0 {
		p.Machine.Kill(n)
	}
	return true
}

// Ring rings the bell.
func (p *Process) Ring() {
	p.rings++
	if p.bell != nil {
		p.notify(p.bell)
	}
}

// Input says that the console has input, or has ended.
func (p *Process) Input() {
	if o := &p.open[0]; o.kind == console {
		p.notify(o)
	}
}
