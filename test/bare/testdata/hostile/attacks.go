package main

import (
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/sys/unix"

	"skerry/kernel/layout"
)

// attack is code that must not get what it wants: it ends by an exception, which is the signal, or
// comes back with the result.
type attack struct {
	name         string
	code         string // in hexadecimal
	r            registers
	signal, trap uint64 // 0: comes back
	address      uint64 // of a page fault
	result       uint64
	returns      bool // from a signal handler, as an ordinary thread
	ownPlace     bool // the address is known to this life only
	prepare      func()
}

// Instructions with which memory is touched, at DI.
const (
	load  = "8a07 c3"   // MOVB (DI), AX
	store = "c6075a c3" // MOVB $0x5a, (DI)
	jump  = "ffe7"      // JMP DI
	ret   = 0xc3
)

func (a *attack) bytes() []byte {
	b, err := hex.DecodeString(strings.ReplaceAll(a.code, " ", ""))
	if err != nil {
		panic(a.name + ": " + err.Error())
	}
	return b
}

// flagsForbidden are those that a frame cannot change: trap, interrupt, I/O privilege, nested task,
// virtual 8086 mode, virtual interrupts.
const (
	flagInterrupt  = 1 << 9
	flagsForbidden = 1<<8 | flagInterrupt | 3<<12 | 1<<14 | 1<<17 | 3<<19
)

// signals tells whether a signal is the attack's.
func (a *attack) signals(n uint64) bool {
	if a.signal == anySignal {
		return n == uint64(unix.SIGSEGV) || n == uint64(unix.SIGBUS) || n == uint64(unix.SIGILL)
	}
	return n == a.signal
}

// lands tells whether an outcome is the one that should be, and if not, what it is.
func (a *attack) lands(o outcome, result uint64) (breach string) {
	switch {
	case !a.signals(o.Signal):
		return fmt.Sprintf("signal %d, exception %d, address %#x, result %#x: want signal %d",
			o.Signal, o.Trap, o.Address, result, a.signal)
	case o.Signal == 0 && result != a.result:
		return fmt.Sprintf("result %#x: want %#x", result, a.result)
	case o.Signal != 0 && a.trap != anyTrap && o.Trap != a.trap:
		return fmt.Sprintf("exception %d: want %d", o.Trap, a.trap)
	case a.trap == page && o.Signal != 0 && o.Address != a.address:
		return fmt.Sprintf("address %#x: want %#x", o.Address, a.address)
	case a.returns && (o.BX != layout.SelectorUserCode || o.CX != layout.SelectorUserData):
		return fmt.Sprintf("CS %#x, SS %#x: want those of ring 3", o.BX, o.CX)
	case a.returns && o.Flags&flagsForbidden != flagInterrupt:
		return fmt.Sprintf("flags %#x: want only interrupts of %#x", o.Flags, flagsForbidden)
	}
	return ""
}

// touch returns an attack on an address.
func touch(what, code string, at uint64) attack {
	a := attack{name: fmt.Sprintf("%s at %#x", what, at), code: code, r: registers{DI: at},
		signal: uint64(unix.SIGSEGV), trap: page, address: at}
	if int64(at<<16)>>16 != int64(at) { // the processor does not look it up, nor tell
		a.trap = protection
	}
	return a
}

// attacks returns all of them but for the sweeps.
func attacks(m *machine) []attack {
	list := append(onMemory(m), onData()...)
	list = append(list, onProcessor()...)
	list = append(list, onEntries()...)
	slices.SortFunc(list, func(a, b attack) int { return strings.Compare(a.name, b.name) })
	return list
}

// onMemory is what is not the instance's, by the places that only a driver knows.
func onMemory(m *machine) (list []attack) {
	const direct = layout.DirectMap
	for _, p := range []struct {
		name string
		at   uint64
	}{
		{"the driver's text", layout.Driver + 0x1000}, {"the driver's data", layout.StackBase0 - 8},
		{"the driver's stack", layout.StackTop0 - 64},
		{"the commons", direct + m.commons}, {"the mailboxes", direct + m.commons + 0x2000},
		{"its page tables", direct + m.base[1]}, {"its page table", direct + m.base[1] + 0x2008},
		{"its own frames", direct + m.base[1] + layout.FramesOffset},
		{"core 0's page tables", direct + m.base[0]},
		{"core 0's frames", direct + m.base[0] + layout.FramesOffset},
		{"core 2's frames", direct + m.base[2] + layout.FramesOffset + 8},
		{"core 2's frames by their physical address", m.base[2] + layout.FramesOffset},
		{"the window between cores 0 and 2", direct + m.window},
		{"a window to itself", layout.Windows + layout.BlockBytes + 0x5000},
		{"a window to a core that is not", layout.Windows + 3*layout.BlockBytes},
		{"the image", direct + layout.Contents}, {"the manifest", direct + layout.Manifest},
		{"the boot tables", layout.BootTables}, {"the trampoline", layout.Trampoline},
		{"the local APIC", direct + layout.LocalAPIC}, {"the I/O APIC", direct + layout.IOAPIC},
		{"the APIC at its address", layout.LocalAPIC}, {"nothing", 0},
		{"the hole", 1 << 47}, {"the hole's end", 0xffff_7fff_ffff_fff8},
		{"the last byte", 1<<64 - 1},
	} {
		list = append(list, touch("reads "+p.name, load, p.at),
			touch("writes "+p.name, store, p.at), touch("executes "+p.name, jump, p.at))
	}
	return list
}

// onData is memory of its own, used for what it is not for.
func onData() (list []attack) {
	heap := make([]byte, 1<<16)
	for i := range heap {
		heap[i] = ret
	}
	inHeap := touch("executes its heap", jump, address(&heap[1<<15]))
	inHeap.ownPlace = true
	list = append(list, inHeap)
	for name, at := range map[string]uint64{"the clock": layout.Clock, "the vDSO": layout.VDSO,
		"the stub": layout.Stub, "its own text": 0x40_1000, "its ELF header": 0x40_0000,
	} {
		list = append(list, touch("writes "+name, store, at))
	}
	for name, at := range map[string]uint64{"its data": address(&caught),
		"a mapping": sandboxData, "its window": layout.Windows,
		"the pulse": layout.Pulse + 8, "the clock": layout.Clock, "its stack": layout.StackTop - 8,
	} {
		list = append(list, touch("executes "+name, jump, at))
	}
	protect := []struct {
		name string
		call uint64
		args [6]uint64
	}{
		{"mprotects", unix.SYS_MPROTECT, [6]uint64{0, 4096, 7}},
		{"unmaps", unix.SYS_MUNMAP, [6]uint64{0, 4096}},
		{"maps over", unix.SYS_MMAP, [6]uint64{0, 4096, 7, 0x32, 1<<64 - 1}},
	}
	for _, p := range protect {
		for name, at := range map[string]uint64{"the clock": layout.Clock, "the vDSO": layout.VDSO,
			"the stub": layout.Stub} {
			a := touch(p.name+" and writes "+name, store, at)
			a.prepare = func() {
				p.args[0] = at
				call(p.call, p.args[:]...)
			}
			list = append(list, a)
		}
		for name, at := range map[string]uint64{"the driver": layout.Driver, "the direct map": layout.DirectMap + layout.Driver, "the last page": layout.UserEnd} {
			a := touch(p.name+" and reads "+name, load, at)
			a.prepare = func() {
				p.args[0] = at
				call(p.call, p.args[:]...)
			}
			list = append(list, a)
		}
	}
	return list
}
