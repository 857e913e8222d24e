package kvm

import (
	"encoding/binary"
	"fmt"
	"os"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Requests of KVM's interface, and the reason of an exit: linux/kvm.h.
const (
	callCreateVM        = 0xae01
	callRunBytes        = 0xae04
	callCreateProcessor = 0xae41
	callSetMemory       = 0x4020ae46
	callRun             = 0xae80
	callSetRegisters    = 0x4090ae82
	callGetSystem       = 0x8138ae83
	callSetSystem       = 0x4138ae84

	exitHalt = 5
)

// machine is a virtual machine with one processor. A file that there is not yet is 0.
type machine struct {
	vm, processor uintptr
	run           []byte // what KVM tells of the last exit
}

// memorySlot is KVM's struct kvm_userspace_memory_region.
type memorySlot struct {
	slot, flags          uint32
	guest, bytes, memory uint64
}

// registers is KVM's struct kvm_regs: sixteen in the order of RAX, RBX, RCX, RDX, RSI, RDI, RSP,
// RBP, R8 to R15, then two.
type registers struct {
	general   [16]uint64
	ip, flags uint64
}

// system is KVM's struct kvm_sregs; only the code segment, which comes first, is used.
type system struct {
	codeBase     uint64
	codeLimit    uint32
	codeSelector uint16
	rest         [298]byte
}

// makeMachine returns a machine with the given memory at its address 0, where its processor will
// begin. The caller closes it, whatever the error.
func makeMachine(device *os.File, memory []byte) (m machine, err error) {
	if m.vm, err = request(device.Fd(), callCreateVM, nil); err != nil {
		return m, fmt.Errorf("a virtual machine: %w", err)
	}
	slot := memorySlot{bytes: uint64(len(memory))}
	// SAFETY: the memory is no Go memory, and stays mapped for longer than the machine lives.
	slot.memory = uint64(uintptr(unsafe.Pointer(&memory[0])))
	// SAFETY: KVM reads as many bytes as the request's number says, which slot has (TestSizes).
	if _, err = request(m.vm, callSetMemory, unsafe.Pointer(&slot)); err != nil {
		return m, fmt.Errorf("its memory: %w", err)
	}
	if m.processor, err = request(m.vm, callCreateProcessor, nil); err != nil {
		return m, fmt.Errorf("its processor: %w", err)
	}
	size, err := request(device.Fd(), callRunBytes, nil)
	if err != nil {
		return m, fmt.Errorf("the size of an exit: %w", err)
	}
	m.run, err = unix.Mmap(int(m.processor), 0, int(size), unix.PROT_READ, unix.MAP_SHARED)
	if err != nil {
		return m, fmt.Errorf("the memory of its exits: %w", err)
	}
	return m, m.begin()
}

// begin sets the processor to address 0.
func (m *machine) begin() error {
	var s system
	// SAFETY: KVM writes as many bytes as the request's number says, which s has (TestSizes).
	if _, err := request(m.processor, callGetSystem, unsafe.Pointer(&s)); err != nil {
		return fmt.Errorf("its segments: %w", err)
	}
	s.codeBase, s.codeSelector = 0, 0
	// SAFETY: KVM reads as many.
	if _, err := request(m.processor, callSetSystem, unsafe.Pointer(&s)); err != nil {
		return fmt.Errorf("its segments: %w", err)
	}
	r := registers{flags: 2} // the bit that is always set
	// SAFETY: KVM reads as many bytes as the request's number says, which r has (TestSizes).
	if _, err := request(m.processor, callSetRegisters, unsafe.Pointer(&r)); err != nil {
		return fmt.Errorf("its registers: %w", err)
	}
	return nil
}

// exitReason returns why the processor stopped.
func (m *machine) exitReason() uint32 { return binary.NativeEndian.Uint32(m.run[8:]) }

// close ends the machine.
func (m *machine) close() {
	if m.run != nil {
		unix.Munmap(m.run)
	}
	for _, file := range []uintptr{m.processor, m.vm} {
		if file != 0 {
			unix.Close(int(file))
		}
	}
}

// request makes a request of one of KVM's files.
//
// SAFETY: the caller's argument points to what the request reads or writes.
func request(file, call uintptr, argument unsafe.Pointer) (uintptr, error) {
	result, _, errno := unix.Syscall(unix.SYS_IOCTL, file, call, uintptr(argument))
	if errno != 0 {
		return 0, errno
	}
	return result, nil
}
