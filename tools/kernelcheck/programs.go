package main

import (
	"golang.org/x/arch/x86/x86asm"

	"skerry/kernel/layout"
	"skerry/tools/cpudriver"
)

// program is a freestanding program and what it is held to.
type program struct {
	cpudriver.Program
	packages []string // of ours that it links
	entries  []string // functions besides the first, which the linker looks for
	vectors  bool     // it has the 256 stubs too
	end      uint64   // of its room in virtual memory
	roomName string
	anySSE   bool // it may compute with the X registers
	refused  func(x86asm.Inst) problem
}

var driver = program{
	Program: cpudriver.Driver,
	packages: []string{
		"kernel/epitaph", "kernel/layout", "kernel/manifest", "kernel/commons",
		"kernel/drivercall", "kernel/cap", "kernel/errno", "kernel/thread", "kernel/discover",
		"kernel/phys", "kernel/paging", "kernel/vm", "kernel/process", "kernel/bare",
	},
	entries:  []string{boundsEntry, "main.syscallEntry", vectorStubs},
	vectors:  true,
	end:      layout.DataEnd,
	roomName: "the driver's block below its stacks",
	refused:  refusedInRing0,
}

var libos = program{
	Program: cpudriver.LibOS,
	packages: []string{
		"kernel/epitaph", "kernel/layout", "kernel/commons", "kernel/drivercall", "kernel/errno",
		"kernel/thread", "kernel/signal", "kernel/files", "kernel/linux", "kernel/libos",
	},
	entries: []string{boundsEntry, "main.upcallEntry", "main.faultEntry", "main.tail",
		"main.tailEnd"},
	end:      layout.Areas,
	roomName: "what is the libOS's",
	anySSE:   true,
	refused:  refusedInRing3,
}

// boundsEntry is the function that the image writer leads the runtime's panics to.
const boundsEntry = "main.boundsEntry"
