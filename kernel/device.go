package kernel

import (
	"errors"
	"fmt"
)

// Devices is what a driver may offer beyond Core: hardware that a core can drive. Bare does.
//
// A device is driven by one core at a time: by the one that claimed it, until that core's life
// ends. Then the core was fenced, but the device was not: it goes on writing to its Memory, which
// is used for nothing else, until who claims it next resets it. An interrupt of the device makes
// Wait of the core that drives it return, as a kick does.
type Devices interface {
	// Devices returns the devices that the machine's description names and the machine has.
	Devices() []DeviceInfo

	// Claim makes this core the one that drives a device, for the rest of its life. The device is
	// as its last holder left it. Errors: ErrNoDevice, ErrTaken, ErrForbidden.
	Claim(id int) (*Device, error)
}

// Refusals of Claim.
var (
	ErrNoDevice = errors.New("kernel: no such device on this machine")
	ErrTaken    = errors.New("kernel: a living core drives the device")
)

// DeviceInfo tells of a device.
type DeviceInfo struct {
	ID     int
	Kind   string   // as in the machine's description, such as "virtio-net"
	Bus    Bus      // how its registers are reached
	Cores  []CoreID // that may claim it, ascending
	Held   bool     // a living core drives it
	Holder CoreID   // which
}

// Bus is how a device is attached.
type Bus uint8

// The buses, with what Device.Registers has for each.
const (
	NoBus Bus = iota
	MMIO      // Registers[0]: all
	PCI       // Registers[0] to [5]: by base address register; [6]: configuration space, to read
)

// PCIConfig is the index of a PCI device's configuration space in its Registers.
const PCIConfig = 6

// String returns the bus in a word.
func (b Bus) String() string {
	names := [...]string{"none", "mmio", "pci"}
	if int(b) >= len(names) {
		return fmt.Sprintf("bus %d", uint8(b))
	}
	return names[b]
}

// Device is a device that this core drives.
type Device struct {
	DeviceInfo
	Registers [7]Registers // nil where there are none
	Memory    []byte       // the device reads and writes it; aligned to 2 MiB
	Shared    Registers    // Memory, for words that both sides watch
	Address   uint64       // of Memory, for the device
}

// Registers is memory in which order matters: each call is one access of that size, and they happen
// in the order of the calls, except that a load may overtake an earlier store elsewhere. An offset
// that is not a multiple of the access's size, or lies outside, panics.
type Registers interface {
	Size() int // in bytes

	Load8(offset int) uint8
	Load16(offset int) uint16
	Load32(offset int) uint32
	Load64(offset int) uint64

	Store8(offset int, value uint8)
	Store16(offset int, value uint16)
	Store32(offset int, value uint32)
	Store64(offset int, value uint64)

	// Fence makes each store before it seen before any load behind it is made.
	Fence()
}
