// Traps enters the CPU driver in each way many times. It enters from functions whose names tell
// `bench trap` what it finds in the log of what the processor executed. On a machine of one core it
// makes system calls, page faults and switches between threads, on one of two cores kicks.
package main

import (
	"fmt"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"syscall"

	"skerry/kernel"
	"skerry/kernel/local"
)

const (
	times      = 1000
	pageBytes  = 4096
	blockBytes = 16 * pageBytes
	freshBytes = 8 << 20
)

func main() {
	core, err := local.Attach()
	if err == nil {
		switch boot := core.Boot(); {
		case len(boot.Cores) == 1:
			err = alone()
		case boot.Core == 0:
			err = tellKicks(core)
		default:
			err = listen(core)
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// alone does what a core does by itself.
func alone() error {
	block, err := syscall.Mmap(-1, 0, blockBytes, syscall.PROT_READ|syscall.PROT_WRITE,
		syscall.MAP_PRIVATE|syscall.MAP_ANON)
	if err != nil {
		return err
	}
	fresh, err := syscall.Mmap(-1, 0, freshBytes, syscall.PROT_READ|syscall.PROT_WRITE,
		syscall.MAP_PRIVATE|syscall.MAP_ANON)
	if err != nil {
		return err
	}
	nullCall()
	libosCall()
	if err := oneFault(block); err != nil {
		return err
	}
	freshFaults(fresh)
	runtime.GOMAXPROCS(2) // so that two threads run Go at once
	var both sync.WaitGroup
	var running atomic.Int32
	both.Go(func() { meet(&running); yieldA() })
	both.Go(func() { meet(&running); yieldB() })
	both.Wait()
	return nil
}

// meet waits for the other thread.
func meet(running *atomic.Int32) {
	runtime.LockOSThread()
	running.Add(1)
	for running.Load() < 2 {
		syscall.RawSyscall(syscall.SYS_SCHED_YIELD, 0, 0, 0)
	}
}

//go:noinline
func nullCall() {
	for range times {
		syscall.RawSyscall(syscall.SYS_GETTID, 0, 0, 0)
	}
}

// libosCall makes a call that the driver does not serve.
//
//go:noinline
func libosCall() {
	for range times {
		syscall.RawSyscall(syscall.SYS_GETPID, 0, 0, 0)
	}
}

// oneFault touches one page whose neighbours are all there.
//
//go:noinline
func oneFault(block []byte) error {
	for at := 0; at < len(block); at += pageBytes {
		block[at] = 1
	}
	middle := block[len(block)/2:][:pageBytes]
	for range times {
		if err := syscall.Madvise(middle, syscall.MADV_DONTNEED); err != nil {
			return err
		}
		middle[0]++
	}
	if middle[0] != 1 {
		return fmt.Errorf("traps: a page that was given back holds %d: want 1", middle[0])
	}
	return nil
}

// freshFaults touches pages that nobody has touched, in order.
//
//go:noinline
func freshFaults(fresh []byte) {
	for at := 0; at < len(fresh); at += pageBytes {
		fresh[at] = 1
	}
}

//go:noinline
func yieldA() {
	for range times {
		syscall.RawSyscall(syscall.SYS_SCHED_YIELD, 0, 0, 0)
	}
}

//go:noinline
func yieldB() {
	for range times {
		syscall.RawSyscall(syscall.SYS_SCHED_YIELD, 0, 0, 0)
	}
}

// Bytes of the window: core 1 counts its turns in the one, and follows what is told in the other.
const (
	turns = iota
	order
)

// What core 0 tells core 1 to do.
const (
	toCompute = iota
	toSleep
	toEnd
)

// tellKicks kicks the other core while it computes, then while it sleeps.
func tellKicks(core kernel.Core) error {
	window, err := core.Window(1)
	if err != nil {
		return err
	}
	awaitTurn(window, peek(window[turns:]))
	kick(core, window)
	window[order] = toSleep
	kick(core, window)
	window[order] = toEnd
	core.Kick(1)
	return nil
}

// kick kicks core 1 and waits for its next turn, many times.
//
//go:noinline
func kick(core kernel.Core, window []byte) {
	for range times {
		before := peek(window[turns:])
		core.Kick(1)
		awaitTurn(window, before)
	}
}

func awaitTurn(window []byte, before byte) {
	for peek(window[turns:]) == before {
	}
}

// listen is core 1.
func listen(core kernel.Core) error {
	window, err := core.Window(0)
	if err != nil {
		return err
	}
	for peek(window[order:]) == toCompute {
		window[turns]++
	}
	for peek(window[order:]) == toSleep {
		core.Wait(kernel.Forever)
		window[turns]++
	}
	return nil
}

// peek reads what another core writes.
//
//go:noinline
func peek(window []byte) byte { return window[0] }
