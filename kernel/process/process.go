// Package process is what the CPU driver does of its own for the program that an instance runs: it
// has the program's threads, its memory and its time. Of Linux's system calls it serves those that
// need the driver, by their numbers. All else of Linux's ABI is up to the libOS, code of ours that
// runs in ring 3 in the program's address space: a thread that makes another call goes on there,
// and comes back by itself.
//
// A Process knows no machine: the CPU driver brings it system calls and exceptions, and runs the
// threads that it says can run. Whatever an instance passes is a number until it has been checked.
// Addresses are never used: they go through the process's page tables, in package vm.
//
// How the driver uses a Process:
//
//	Init                     once, before anything else
//	Call                     the running thread has made a system call
//	Exception                the running thread has caused an exception
//	Ring                     a kick or a notice has come
//	Notify                   the console has input, or has ended
//	Expire                   a deadline of Threads.NextDeadline has passed
//
// A call that has to wait leaves its registers as they are until its result is put in AX.
package process

import (
	"skerry/kernel/drivercall"
	"skerry/kernel/errno"
	"skerry/kernel/manifest"
	"skerry/kernel/phys"
	"skerry/kernel/thread"
	"skerry/kernel/vm"
)

// Machine is what a process needs of the machine that it runs on.
type Machine struct {
	Now   func() uint64        // nanoseconds since the machine's start
	SetFS func(base uint64)    // the running thread's FS base has changed
	Exit  func(status uint64)  // the process has ended itself
	Need  func(address uint64) // it cannot go on: there is no memory for the page there

	// Kill is told that a signal has ended the process: where it was, and of the exception that
	// the signal came from.
	Kill func(signal, at, vector, address uint64)

	// Call serves a call of package drivercall that is not served here, and returns its result.
	Call func(f *thread.Frame) int64
}

// Process is an instance's. Its owner sets Machine, Libos and Space.Tables, then calls Init.
type Process struct {
	Threads thread.Table // first: FXSAVE wants threads aligned
	Machine Machine
	Libos   *manifest.Libos
	Space   vm.Space
	Pulse   phys.Addr // of the page at layout.Pulse
	Calls   uint64    // how many were made

	sampling struct{ nanos, next uint64 } // 0: not

	awaiting uint64          // bit i: thread i+1 may be waiting for events
	told     drivercall.Area // what the libOS was told last
}

// Numbers of the calls that are served (Linux's arch/x86/entry/syscalls/syscall_64.tbl).
const (
	sysMmap      = 9
	sysMprotect  = 10
	sysMunmap    = 11
	sysYield     = 24
	sysMadvise   = 28
	sysNanosleep = 35
	sysExit      = 60
	sysArchPrctl = 158
	sysGettid    = 186
	sysFutex     = 202
	sysExitGroup = 231
)

// settled is what a call returns that has set the registers itself, or will when its wait ends.
const settled int64 = -512

// Call serves the system call in the registers of th, which is running. Then no thread may be.
func (p *Process) Call(th *thread.Thread) {
	p.Calls++
	if result := p.serve(th, &th.Frame); result != settled {
		th.Frame.AX = uint64(result)
	}
}

func (p *Process) serve(th *thread.Thread, f *thread.Frame) int64 {
	switch f.AX {
	case sysMmap:
		return p.mmap(f)
	case sysMprotect:
		return p.mprotect(f)
	case sysMunmap:
		return p.munmap(f)
	case sysMadvise:
		return p.madvise(f)
	case sysYield:
		p.Threads.Yield()
		return 0
	case sysNanosleep:
		return p.nanosleep(f)
	case sysExit:
		return p.exit(f)
	case sysExitGroup:
		p.Machine.Exit(f.DI & 0xff)
		return settled
	case sysArchPrctl:
		return p.archPrctl(th)
	case sysGettid:
		return int64(th.ID())
	case sysFutex:
		return p.futex(f)
	case drivercall.Spawn:
		return p.spawn(f)
	case drivercall.Return:
		return p.comeBack(f)
	case drivercall.Interrupt:
		return p.interrupt(thread.ID(f.DI))
	case drivercall.Exists:
		return p.exists(thread.ID(f.DI))
	case drivercall.Kill:
		return p.kill(f)
	case drivercall.Sample:
		return p.sample(f.DI)
	case drivercall.Memory:
		return p.tellMemory(f.DI)
	}
	switch {
	case f.AX >= drivercall.First && f.AX <= drivercall.Last:
		return p.Machine.Call(f)
	case p.inLibos(f):
		return errno.ENOSYS
	}
	enterLibos(th, p.Libos.Call)
	return settled
}
