package main

import (
	"fmt"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// registers are loaded before code is tried; the result of code that came back is in AX.
type registers struct{ AX, BX, CX, DX, SI, DI, R8, R9, R10 uint64 }

// outcome is the signal that ended a try, and registers as they were then; all zero if it came
// back by itself.
type outcome struct{ Signal, Code, Address, Trap, Error, IP, AX, BX, CX, Flags uint64 }

var (
	caught   outcome
	tryingSP uint64 // 0: nothing is being tried
	tryingBP uint64

	handlerAt, restorerAt uint64 // in try_amd64.s

	fsBase uint64 // to be set after a try; 0: not

	tickerTo    uint64 // thread
	tickerTime  [2]uint64
	tickerStack [4096]byte
)

//go:noescape
func try(code uint64, r *registers)
func handler()
func restorer()
func startTicker()
func first()

// Exceptions of the processor.
const (
	divide      = 0
	step        = 1
	breakpoint  = 3
	invalid     = 6
	protection  = 13
	page        = 14
	float       = 16
	anyTrap     = 999
	anySignal   = 999         // SIGSEGV, SIGBUS or SIGILL: by the processor
	sandboxCode = 0x6000_0000 // where code is put that is tried
	sandboxData = 0x6010_0000
	sandboxSize = 1 << 20
	altStack    = 0x6030_0000
)

// signals are those of exceptions.
var signals = []uint64{uint64(unix.SIGILL), uint64(unix.SIGTRAP), uint64(unix.SIGBUS),
	uint64(unix.SIGFPE), uint64(unix.SIGSEGV)}

// call makes a system call and returns what ring 0 does.
func call(number uint64, args ...uint64) int64 {
	var a [6]uintptr
	for i := range args {
		a[i] = uintptr(args[i])
	}
	r, _, errno := syscall.RawSyscall6(uintptr(number), a[0], a[1], a[2], a[3], a[4], a[5])
	if errno != 0 {
		return -int64(errno)
	}
	return int64(r)
}

// must is call, and panics at an error.
func must(number uint64, args ...uint64) uint64 {
	r := call(number, args...)
	if r < 0 {
		panic(fmt.Sprintf("call %d %#x: %v", number, args, syscall.Errno(-r)))
	}
	return uint64(r)
}

// prepare makes the memory that attacks use, and has exceptions end tries if catch is true, and
// the process if not.
func prepare(catch bool) {
	const anonymous = unix.MAP_ANON | unix.MAP_PRIVATE | unix.MAP_FIXED
	must(unix.SYS_MMAP, sandboxCode, sandboxSize, unix.PROT_READ|unix.PROT_WRITE, anonymous)
	must(unix.SYS_MMAP, sandboxData, sandboxSize, unix.PROT_READ|unix.PROT_WRITE, anonymous)
	must(unix.SYS_MMAP, altStack, sandboxSize, unix.PROT_READ|unix.PROT_WRITE, anonymous)
	must(unix.SYS_SIGALTSTACK, address(&[3]uint64{altStack, 0, sandboxSize}), 0)
	action := new([4]uint64)
	if catch {
		action = catching()
	}
	for _, s := range signals {
		must(unix.SYS_RT_SIGACTION, s, address(action), 0, 8)
	}
}

// catching is the action that leads to handler.
func catching() *[4]uint64 {
	const siginfo, restored, onStack, nested = 4, 0x4000000, 0x8000000, 0x40000000
	return &[4]uint64{handlerAt, siginfo | restored | onStack | nested, restorerAt, 0}
}

// attempt tries code.
func attempt(code []byte, r registers) (outcome, uint64) {
	must(unix.SYS_MPROTECT, sandboxCode, 4096, unix.PROT_READ|unix.PROT_WRITE)
	copy(memory(sandboxCode, 4096), code)
	must(unix.SYS_MPROTECT, sandboxCode, 4096, unix.PROT_READ|unix.PROT_EXEC)
	return again(r)
}

// again tries the same code once more.
func again(r registers) (outcome, uint64) {
	try(sandboxCode, &r)
	return caught, r.AX
}

// memory returns what lies at an address.
func memory(at, size uint64) []byte {
	return unsafe.Slice((*byte)(unsafe.Add(unsafe.Pointer(nil), at)), size)
}

// address returns where a variable is, which is not on a stack: that could move meanwhile.
func address[T any](v *T) uint64 {
	escaped = unsafe.Pointer(v)
	return uint64(uintptr(escaped))
}

var escaped unsafe.Pointer
