// Package layout is the memory map of a machine on bare hardware. The image writer builds by it,
// and the CPU driver runs by it.
//
// Physical memory, from below. The image is loaded from Entry to the manifest's ImageEnd; what
// follows is placed by the manifest, since it depends on the number of cores:
//
//	0x0000_8000  Trampoline  where a starting core begins, in 16-bit mode; copied there by core 0
//	0x0010_0000  Entry       32-bit entry stub, the GDT it needs, the trampoline's pristine copy
//	0x0010_1000  Manifest    what the image holds, and where everything is
//	0x0011_0000  BootTables  page tables that map physical memory 1:1, for the first instructions
//	0x0020_0000  Driver      the pristine CPU driver, at its virtual address
//	0x0040_0000  Contents    programs, files, gates, page-table templates of the cores: read only
//	commons                  2 MiB that the CPU drivers share: package commons draws it
//	windows                  2 MiB for each pair of cores
//	devices                  2 MiB for each, which the device reads and writes
//	private ranges           one for each core
//
// A core's private range:
//
//	+0         its kernel page tables, copied from the template at each start
//	+dataStart its copy of the driver's data, and its stacks, at the same offsets as in virtual
//	           memory from Driver on
//	+2 MiB     frames, for its instance
//
// Virtual memory is the same on each core. Ring 0 only:
//
//	0x0000_0000_0020_0000  Driver     text and constants: the one pristine copy;
//	                                  data: the core's own
//	0xffff_8000_0000_0000  DirectMap  physical memory that this core may touch, at its
//	                                  address: its private range, its windows, the commons,
//	                                  the image (to read), the interrupt controllers
//
// The instance's:
//
//	0x0000_0000_0040_0000  UserStart  its program, heap and mappings
//	0x0000_7b00_0000_0000  Temporary  what it writes to files: TemporaryBytes a file
//	0x0000_7d00_0000_0000  Libos      the libOS, which serves most of its system calls
//	0x0000_7d40_0000_0000  Areas      AreaBytes a thread, for the libOS
//	0x0000_7d80_0000_0000  Files      the image's files, to read
//	0x0000_7e00_0000_0000  Windows    its windows, 2 MiB a peer, by the peer's index
//	0x0000_7ff0_0000_0000  StackTop   its first stack, downwards
//	0x0000_7ff8_0000_0000  Clock      page with what the vDSO needs, to read
//	0x0000_7ff8_0000_1000  VDSO       the vDSO
//	0x0000_7ff9_0000_0000  Stub       landing page of SYSCALL where the hypervisor needs one
//	0x0000_7ff9_8000_0000  Devices    the devices that it drives, 16 MiB for each
//	0x0000_7ffa_0000_0000  Pulse      page on which the instance counts that it is alive, and
//	                                  the driver what comes from outside
package layout

// Sizes.
const (
	PageBytes  = 4096
	BlockBytes = 2 << 20
)

// Physical addresses that do not depend on the machine.
const (
	Trampoline = 0x8000
	Entry      = 0x10_0000
	Manifest   = 0x10_1000
	BootTables = 0x11_0000
	Driver     = 0x20_0000 // physical and virtual
	Contents   = 0x40_0000
	LocalAPIC  = 0xfee0_0000
	IOAPIC     = 0xfec0_0000

	// It is not sure that there is memory in the hole: there the devices are.
	HoleStart = 0x8000_0000 - BlockBytes
	HoleEnd   = 1 << 32
)

// Virtual addresses of ring 0. DriverEnd bounds the driver with its stacks. Below each stack lies
// a page that is not mapped.
const (
	DirectMap  = 0xffff_8000_0000_0000
	DriverEnd  = Driver + BlockBytes
	StackTop0  = DriverEnd             // the stack of the driver
	StackBase0 = StackTop0 - 0x4000    // 16 KiB
	StackTopN  = StackBase0 - 0x1000   // the stack of NMIs
	StackBaseN = StackTopN - 0x2000    // 8 KiB
	StackTopF  = StackBaseN - 0x1000   // the stack of double faults and machine checks
	StackBaseF = StackTopF - 0x2000    // 8 KiB
	FixedPage  = StackBaseF - 2*0x1000 // mapped by the driver at will, to read tables at boot
	DataEnd    = FixedPage - 0x1000    // the driver's data ends below
)

// Virtual addresses of the instance.
const (
	UserStart = 0x40_0000
	UserEnd   = 0x7fff_ffff_f000
	MapStart  = 0x7f00_0000_0000 // mappings without a wish go here, upwards
	Temporary = 0x7b00_0000_0000
	Libos     = 0x7d00_0000_0000
	Areas     = 0x7d40_0000_0000
	Files     = 0x7d80_0000_0000
	Windows   = 0x7e00_0000_0000
	StackTop  = 0x7ff0_0000_0000
	StackSize = 1 << 20
	RandomAt  = StackTop - 16 // 16 random bytes, at the top of the stack
	Clock     = 0x7ff8_0000_0000
	VDSO      = Clock + PageBytes
	Stub      = 0x7ff9_0000_0000
	Devices   = 0x7ff9_8000_0000
	Pulse     = 0x7ffa_0000_0000
)

// Offsets of words in the page at Pulse. The word at its start is the instance's.
const (
	PulseDeaths = 8  // counts deaths of cores, a notice each
	PulseRings  = 16 // counts kicks and notices
	PulseEvents = 24 // counts as well what the console and files have; threads wait for a change
)

// Files that the instance may write to: how many, and how much of the address space each has. The
// first half of that is for what is in the file.
const (
	TemporaryMax   = 1024
	TemporaryBytes = 2 << 30
)

// AreaBytes is what each thread has at Areas, by its number: a stack for the libOS, and above it
// what the driver tells the libOS of the thread.
const AreaBytes = 4 * PageBytes

// Offsets in a core's private range.
const (
	TablesOffset   = 0 // kernel page tables, in the order of the constants below
	TablesMaxBytes = 0x1_0000
	FramesOffset   = BlockBytes
)

// The kernel page tables of a core: pages from TablesOffset on. The direct map's directories
// follow, one for each GiB that it has something in.
const (
	TableRoot = iota
	TableLow  // level 3, of the first 512 GiB
	TableGiB0 // level 2, of the first GiB; user pages above the driver hang below it too
	TableDriver
	TableDirect // level 3, of the direct map
	TableDirectories
)

// Segment selectors, as SYSCALL and SYSRET want them.
const (
	SelectorCode     = 0x08
	SelectorData     = 0x10
	SelectorCode32   = 0x18
	SelectorUserData = 0x20 | 3
	SelectorUserCode = 0x28 | 3
	SelectorTask     = 0x30
)

// Interrupt stacks of the task state segment.
const (
	StackNMI   = 1
	StackFault = 2
)

// TrampolineOffset is where the trampoline's pristine copy is in the page at Entry.
const (
	TrampolineOffset = 0x800
	TrampolineBytes  = 0x100
)

// StubTrap is the offset in the page at Stub of the INT3 that stands for a system call where
// SYSCALL stays in ring 3. The saved instruction pointer is the byte after it.
const StubTrap = 9

// StubProbe is the offset in the same page of the first instructions of each instance: a system
// call, which shows the driver where SYSCALL comes out, and a jump to where BX says.
const StubProbe = 24

// What an instance sees of a device that it drives, in blocks from DeviceBlocks times the device's
// number on: its memory, and each of its ranges of registers.
const (
	DevicesMax    = 8
	DeviceRanges  = 7
	DeviceBlocks  = 1 + DeviceRanges
	RangeBytesMax = BlockBytes / 2 // of a range that begins anywhere in its block's first page
)

// CoresMax bounds the cores of a machine.
const CoresMax = 64

// WindowIndex returns the place of the window between two different cores among all of them: those
// of core 1 first, then those of core 2.
func WindowIndex(a, b uint64) uint64 {
	low, high := min(a, b), max(a, b)
	return high*(high-1)/2 + low
}

// WindowsCount returns how many windows a machine of so many cores has.
func WindowsCount(cores uint64) uint64 { return cores * (cores - 1) / 2 }
