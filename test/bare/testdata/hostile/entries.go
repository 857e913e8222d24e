package main

import (
	"encoding/binary"
	"fmt"
	"slices"
	"unsafe"

	"golang.org/x/sys/unix"

	"skerry/kernel/drivercall"
	"skerry/kernel/layout"
	"skerry/kernel/thread"
)

// Places in the sandbox's data.
const (
	frameAt = sandboxData + 0x1_0000 // a signal frame, as rt_sigreturn takes it
	stateAt = sandboxData + 0x2_0000 // its FPU state
	stackAt = sandboxData + 0x4_0000
	landed  = 9 // in the sandbox's code, behind callOn: where frames lead
)

// callOn makes the system call in AX with the stack pointer in BX.
const callOn = "4887e3 0f05 4887e3 c3"

// land looks at what a frame gave: MOVL CS, BX; MOVL SS, CX; UD2.
const land = "8ccb 8cd1 0f0b"

// onEntries is ways into ring 0 and out of it, with what an entry might stumble over.
func onEntries() (list []attack) {
	for _, sp := range []uint64{0, 7, 1 << 47, 1<<63 - 1, 1<<64 - 8, layout.Driver + 64,
		layout.StackTop0, layout.DirectMap + 4096, layout.UserEnd, layout.Clock + 8} {
		list = append(list, attack{name: fmt.Sprintf("a call with its stack at %#x", sp),
			code: callOn, r: registers{AX: unix.SYS_GETPID, BX: sp}, result: 1})
	}
	for name, flags := range map[string]string{"nested task": "0040", "alignment check": "000004",
		"direction": "0004", "identification": "000020"} {
		flags = (flags + "00000000")[:8]
		list = append(list, attack{name: "a call with the flag " + name,
			code: "9c 48810c24" + flags + "9d 0f05 c3", r: registers{AX: unix.SYS_GETPID}, result: 1})
	}
	for _, at := range []uint64{layout.UserEnd, 1 << 47, layout.DirectMap, 1<<64 - 8,
		layout.Driver | 1<<63} {
		list = append(list, attack{name: fmt.Sprintf("FS base %#x", at), code: "0f05 c3",
			r: registers{AX: unix.SYS_ARCH_PRCTL, DI: 0x1002, SI: at}, result: refused(unix.EPERM)})
	}
	list = append(list, attack{name: "a jump to the stub's INT3", code: "5f 57 4889f9 ffe2",
		r:      registers{AX: unix.SYS_GETPID, DX: layout.Stub + layout.StubTrap},
		signal: uint64(unix.SIGTRAP), trap: breakpoint})
	list = append(list, attack{name: "a jump to the stub", code: "5f 57 4889f9 ffe2",
		r:      registers{AX: unix.SYS_GETPID, DX: layout.Stub},
		signal: uint64(unix.SIGTRAP), trap: breakpoint})
	// gettid, and tgkill of that: the thread that attacks need not be the first.
	list = append(list, attack{name: "a handler that cannot be",
		code:   "b8ba000000 0f05 89c6 b8ea000000 0f05 c3",
		r:      registers{DI: 1, DX: uint64(unix.SIGUSR1)},
		signal: uint64(unix.SIGSEGV), trap: anyTrap, prepare: func() {
			call(unix.SYS_RT_SIGACTION, uint64(unix.SIGUSR1),
				address(&[4]uint64{1 << 47, 0x4000000, 1, 0}), 0, 8)
		}})
	return slices.Concat(list, onReturns(), onFrames())
}

func refused(e unix.Errno) uint64 { return uint64(-int64(e)) }

// onReturns is frames with which rt_sigreturn is to give ring 3 what it must not have. Those that
// return come to landed, which looks at what they got.
func onReturns() (list []attack) {
	type word struct{ at, value uint64 }
	for name, words := range map[string][]word{
		"nothing odd":         nil,
		"CS and SS of ring 0": {{frameSelectors, kernelCode | kernelData<<48}},
		"no CS and SS":        {{frameSelectors, 0}},
		"CS of 32 bits":       {{frameSelectors, 0x1b}},
		"all flags but one":   {{frameFlags, ^uint64(1 << 8)}},
		"all flags":           {{frameFlags, 1<<64 - 1}},
		"no flags":            {{frameFlags, 0}},
		"I/O privilege":       {{frameFlags, 0x3202}},
		"trap flag":           {{frameFlags, 0x302}},
		"nested task":         {{frameFlags, 0x4202}},
		"virtual interrupts":  {{frameFlags, 0x18_0202}},
		"virtual 8086 mode":   {{frameFlags, 0x2_0202}},
		"all bits of MXCSR":   {{frameFPU, stateAt}},
		"FPU state elsewhere": {{frameFPU, stateAt + 3}},
		"no FPU state":        {{frameFPU, 0}},
	} {
		list = append(list, attack{name: "return with " + name, code: callOn + land,
			r: registers{AX: unix.SYS_RT_SIGRETURN, BX: frameAt}, signal: uint64(unix.SIGILL),
			trap: invalid, returns: true, prepare: func() {
				makeFrame()
				for _, w := range words {
					binary.LittleEndian.PutUint64(memory(frameAt+w.at, 8), w.value)
				}
			}})
	}
	for name, w := range map[string]word{
		"the hole":                  {frameIP, 1 << 47},
		"the last page":             {frameIP, layout.UserEnd},
		"the driver":                {frameIP, layout.Driver + 0x1000},
		"ring 0's half":             {frameIP, layout.DirectMap},
		"the FPU state in the hole": {frameFPU, 1<<47 - 256},
		"the FPU state in ring 0":   {frameFPU, layout.DirectMap + layout.Driver},
	} {
		a := attack{name: "return to " + name, code: callOn,
			r:      registers{AX: unix.SYS_RT_SIGRETURN, BX: frameAt},
			signal: uint64(unix.SIGSEGV), trap: anyTrap, prepare: func() {
				makeFrame()
				binary.LittleEndian.PutUint64(memory(frameAt+w.at, 8), w.value)
			}}
		list = append(list, a)
	}
	for name, sp := range map[string]uint64{"the hole": 1<<47 + 16, "ring 0": layout.StackTop0} {
		a := attack{name: "return with the stack in " + name, code: callOn + "50",
			r:      registers{AX: unix.SYS_RT_SIGRETURN, BX: frameAt},
			signal: uint64(unix.SIGSEGV), trap: page, address: sp - 8, prepare: func() {
				makeFrame()
				binary.LittleEndian.PutUint64(memory(frameAt+frameSP, 8), sp)
			}}
		if sp > 1<<47 {
			a.signal, a.trap = anySignal, anyTrap
		}
		list = append(list, a)
	}
	for _, at := range []uint64{0, 1 << 47, 1<<47 - 100, layout.DirectMap, layout.Driver, 1<<64 - 8} {
		list = append(list, attack{name: fmt.Sprintf("return with a frame at %#x", at),
			code: callOn, r: registers{AX: unix.SYS_RT_SIGRETURN, BX: at},
			signal: uint64(unix.SIGSEGV), trap: anyTrap})
	}
	return list
}

// onFrames is frames that the driver is to go on with, as it does for the libOS. What it takes comes
// to landed.
func onFrames() (list []attack) {
	frame := func(name string, change func(f *thread.Frame)) attack {
		return attack{name: "goes on with " + name, code: callOn + land,
			r:      registers{AX: drivercall.Return, BX: stackAt, DI: frameAt},
			signal: uint64(unix.SIGILL), trap: invalid, returns: true, prepare: func() {
				f := (*thread.Frame)(unsafe.Pointer(&memory(frameAt, 1)[0]))
				*f = thread.Frame{IP: sandboxCode + landed, SP: stackAt, Flags: 0x202}
				change(f)
			}}
	}
	for name, change := range map[string]func(f *thread.Frame){
		"nothing odd":         func(f *thread.Frame) {},
		"CS and SS of ring 0": func(f *thread.Frame) { f.CS, f.SS = kernelCode, kernelData },
		"the task for CS":     func(f *thread.Frame) { f.CS = layout.SelectorTask },
		"all flags":           func(f *thread.Frame) { f.Flags = 1<<64 - 1 },
		"no flags":            func(f *thread.Frame) { f.Flags = 0 },
		"the vector of a call": func(f *thread.Frame) {
			f.Vector, f.CX, f.R11 = thread.VectorCall, layout.Driver, 0x3002
		},
	} {
		list = append(list, frame(name, change))
	}
	for name, ip := range map[string]uint64{"the last page": layout.UserEnd, "the hole": 1 << 47,
		"ring 0's half": layout.DirectMap} {
		a := frame("an instruction in "+name, func(f *thread.Frame) { f.IP = ip })
		a.code, a.signal, a.returns, a.result = "0f05 c3", 0, false, refused(unix.EFAULT)
		list = append(list, a)
	}
	return list
}

// Offsets in a frame, from where its restorer finds it. Its signal stack is none that can be, so
// the thread keeps its own.
const (
	frameSP        = 160
	frameIP        = 168
	frameFlags     = 176
	frameSelectors = 184 // CS, GS, FS, SS
	frameFPU       = 224
)

// makeFrame writes a frame that leads to landed.
func makeFrame() {
	clear(memory(frameAt, 0x2000))
	for at, value := range map[uint64]uint64{frameSP: stackAt, frameIP: sandboxCode + landed,
		frameFlags: 0x202, frameSelectors: layout.SelectorUserCode | layout.SelectorUserData<<48} {
		binary.LittleEndian.PutUint64(memory(frameAt+at, 8), value)
	}
	for i := range uint64(512) {
		memory(stateAt, 1024)[i] = 0xff
	}
}
