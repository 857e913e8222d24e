package main

import com "skerry/kernel/commons"

// Single instructions, defined in cpu_amd64.s. They are variables because assembly is called
// through funcvals only.
var (
	in8        func(port uint16) uint8
	out8       func(port uint16, value uint8)
	out16      func(port uint16, value uint16)
	out8s      func(port uint16, from uintptr, count uint64)
	rdmsr      func(register uint32) uint64
	wrmsr      func(register uint32, value uint64)
	rdtsc      func() uint64
	cpuid      func(leaf, subleaf uint32) (a, b, c, d uint32)
	rdrand     func() uint64
	readCR2    func() uint64
	readCR4    func() uint64
	writeCR4   func(uint64)
	invlpg     func(address uint64)
	forget     func()
	loadTables func(gdt, idt uintptr, task uint64)
	pause      func()
	zero       func(at uintptr, bytes uint64)
	move       func(to, from uintptr, bytes uint64)
	idle       func() (vector uint64)
	trace      func(kind com.Kind, a, b uint64)
	halt       func()
	park       func()
	rebirth    func(core uint64)
)

// What assembly calls.
var (
	beginFn       = begin
	trapFn        = trap
	ring0FaultFn  = ring0Fault
	nmiFn         = nmi
	runtimeTrapFn = runtimeTrap
)

// Entries in entry_amd64.s, which hardware and the image writer know; Go never calls them.
func start()
func syscallEntry()
func boundsEntry()
func vectors()

// What assembly and Go share.
var (
	noG     [8]uint64  // a goroutine whose stack never ends, for stack checks
	userSP  uint64     // during entry from SYSCALL
	idleSP  uint64     // where idle returns to
	traceAt *com.Trace // this core's
)

// Model specific registers. Intel SDM volume 4; AMD APM volume 2, appendix A.
const (
	msrAPICBase    = 0x1b
	msrStar        = 0xc000_0081 // segments of SYSCALL and SYSRET
	msrLongStar    = 0xc000_0082 // where SYSCALL leads
	msrSyscallMask = 0xc000_0084 // flags that SYSCALL clears
	msrFSBase      = 0xc000_0100
	msrX2APIC      = 0x800
)

// Bits of CR4 and of CPUID. Intel SDM volume 3, 2.5; volume 2, CPUID.
const (
	cr4SMEP       = 1 << 20
	cr4SMAP       = 1 << 21
	featureX2APIC = 1 << 21 // leaf 1, ECX
	featureRDRAND = 1 << 30 // leaf 1, ECX
	featureSMEP   = 1 << 7  // leaf 7, EBX
	featureSMAP   = 1 << 20 // leaf 7, EBX
)

// flagsMask are the flags cleared on the way in: trap, interrupt, direction, privilege, nested
// task, alignment check.
const flagsMask = 1<<8 | 1<<9 | 1<<10 | 3<<12 | 1<<14 | 1<<18

// has tells whether the processor has a feature that CPUID shows.
func has(bits, feature uint32) bool { return bits&feature != 0 }
