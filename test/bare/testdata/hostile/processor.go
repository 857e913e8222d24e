package main

import (
	"fmt"

	"golang.org/x/sys/unix"

	"skerry/kernel/layout"
)

const (
	kernelData = layout.SelectorData
	kernelCode = layout.SelectorCode
)

// onProcessor is instructions that are not for ring 3, and exceptions.
func onProcessor() (list []attack) {
	add := func(name, code string, r registers, signal unix.Signal, trap uint64) {
		list = append(list, attack{name: name, code: code, r: r, signal: uint64(signal), trap: trap})
	}
	for _, i := range []struct {
		name, code string
		r          registers
	}{
		{"IN", "ec c3", registers{DX: 0x3f8}}, {"INL", "ed c3", registers{DX: 0xcf8}},
		{"IN of a number", "e464 c3", registers{}}, {"OUT of a number", "e6f4 c3", registers{}},
		{"OUT to the exit port", "ee c3", registers{DX: 0xf4}},
		{"OUT to the reset port", "ee c3", registers{DX: 0x64, AX: 0xfe}},
		{"OUTL", "ef c3", registers{DX: 0xcf8}}, {"OUTW", "66ef c3", registers{DX: 0x510}},
		{"INSB", "6c c3", registers{DX: 0x3f8, DI: sandboxData}},
		{"OUTSB", "6e c3", registers{DX: 0x3f8, SI: sandboxData}},
		{"REP OUTSB", "f36e c3", registers{DX: 0x3f8, SI: sandboxData, CX: 10}},
		{"IN after POPF of all privilege", "9c 48810c2400300000 9d ec c3", registers{DX: 0x3f8}},
		{"CLI after POPF of all privilege", "9c 48810c2400300000 9d fa c3", registers{}},
		{"CLI", "fa c3", registers{}}, {"STI", "fb c3", registers{}}, {"HLT", "f4 c3", registers{}},
		{"LGDT", "0f0117 c3", registers{DI: sandboxData}},
		{"LIDT", "0f011f c3", registers{DI: sandboxData}},
		{"LLDT", "0f00d0 c3", registers{AX: kernelData}},
		{"LTR", "0f00d8 c3", registers{AX: layout.SelectorTask}},
		{"LMSW", "0f01f0 c3", registers{}}, {"CLTS", "0f06 c3", registers{}},
		{"MOV to CR0", "0f22c0 c3", registers{}}, {"MOV to CR2", "0f22d0 c3", registers{}},
		{"MOV to CR3", "0f22d8 c3", registers{AX: layout.BootTables}},
		{"MOV to CR4", "0f22e0 c3", registers{}}, {"MOV to CR8", "440f22c0 c3", registers{}},
		{"MOV from CR0", "0f20c0 c3", registers{}}, {"MOV from CR2", "0f20d0 c3", registers{}},
		{"MOV from CR3", "0f20d8 c3", registers{}}, {"MOV from CR4", "0f20e0 c3", registers{}},
		{"MOV to DR0", "0f23c0 c3", registers{AX: layout.Driver}},
		{"MOV to DR7", "0f23f8 c3", registers{AX: 1}}, {"MOV from DR7", "0f21f8 c3", registers{}},
		{"WRMSR of LSTAR", "0f30 c3", registers{CX: 0xc000_0082, AX: sandboxCode}},
		{"WRMSR of EFER", "0f30 c3", registers{CX: 0xc000_0080}},
		{"WRMSR of the APIC's base", "0f30 c3", registers{CX: 0x1b}},
		{"RDMSR", "0f32 c3", registers{CX: 0xc000_0082}}, {"INVLPG", "0f013f c3", registers{}},
		{"INVD", "0f08 c3", registers{}}, {"WBINVD", "0f09 c3", registers{}},
		{"SWAPGS", "0f01f8 c3", registers{}}, {"RDPMC", "0f33 c3", registers{}},
		{"SYSRET", "480f07 c3", registers{CX: layout.Driver}},
		{"MOV to DS of ring 0's", "8ed8 c3", registers{AX: kernelData}},
		{"MOV to SS of ring 0's", "8ed0 c3", registers{AX: kernelData}},
		{"MOV to SS of none", "8ed0 c3", registers{}},
		{"MOV to FS of ring 0's", "8ee0 c3", registers{AX: kernelData}},
		{"MOV to ES of the task", "8ec0 c3", registers{AX: layout.SelectorTask | 3}},
		{"MOV to GS beyond the table", "8ee8 c3", registers{AX: 0x4b}},
	} {
		add(i.name, i.code, i.r, unix.SIGSEGV, protection)
	}
	// The trap depends on the processor.
	add("MOV to DS of a local table", "8ed8 c3", registers{AX: 0x0f}, unix.SIGSEGV, anyTrap)
	add("SYSENTER", "0f34 c3", registers{}, anySignal, anyTrap)
	add("SYSEXIT", "0f35 c3", registers{}, anySignal, anyTrap)
	for name, code := range map[string]string{ // QEMU's TCG reads the stack as ring 0 would
		"IRET to ring 0": "6a10 54 9c 6a08 57 48cf", "far return to ring 0": "6a08 57 48cb",
		"far return to 32-bit code": "6a1b 57 48cb", "far return to the task": "6a33 57 48cb",
	} {
		add(name, code, registers{DI: sandboxCode}, unix.SIGSEGV, anyTrap)
	}
	for n := range 256 {
		if n != breakpoint {
			add(fmt.Sprintf("INT %d", n), fmt.Sprintf("cd%02x c3", n), registers{}, unix.SIGSEGV,
				protection)
		}
	}
	add("INT 3 of two bytes", "cd03 c3", registers{}, unix.SIGTRAP, breakpoint)
	add("INT3", "cc c3", registers{}, unix.SIGTRAP, breakpoint)
	add("single step", "9c 48810c2400010000 9d 90 c3", registers{}, unix.SIGTRAP, step)
	const stepped = "9c 48810c2400010000 9d 0f05 90 c3"
	add("single step into a call", stepped, registers{AX: unix.SYS_GETTID}, unix.SIGTRAP, step)
	list = append(list, attack{name: "single step into a call of the libOS", // and no step further
		code: stepped, r: registers{AX: unix.SYS_GETPID}, result: 1})
	for name, code := range map[string]string{"UD2": "0f0b", "LOCK of a register": "f048ffc0",
		"RSM": "0faa", "STAC": "0f01cb", "CLAC": "0f01ca", "a far call": "9a00000000080000",
		"MONITOR": "0f01c8", "MWAIT": "0f01c9"} {
		add(name, code+"c3", registers{}, unix.SIGILL, invalid)
	}
	add("division by zero", "48f7f3 c3", registers{}, unix.SIGFPE, divide)
	add("division of x87 floats by zero", "d92f d9e8 d9ee def9 9b c3",
		registers{DI: sandboxData + 72}, unix.SIGFPE, float)
	return list
}

// fillData puts operands where onProcessor finds them, and code where none should be executed.
func fillData() {
	data := memory(sandboxData, sandboxSize)
	data[0], memory(layout.Windows, 1)[0], memory(layout.Pulse, 16)[8] = ret, ret, ret
	data[72], data[73] = 0, 3 // the x87's control word with no exception masked
}
