package discover

import (
	"skerry/kernel/commons"
	"skerry/kernel/layout"
)

// Configuration space, by double words. PCI Local Bus Specification 3.0, 6.1, 6.2.5.1 and 6.8.2.
// A function has 4 KiB of memory for it: PCI Express Base Specification, 7.2.2.
const (
	configID      = 0x00 // vendor, device
	configCommand = 0x04 // command, status
	configHeader  = 0x0c // bits 16 to 23 are the type
	configBases   = 0x10 // base addresses
	configBuses   = 0x18 // of a bridge: bits 8 to 15 are the bus behind it
	configSub     = 0x2c // vendor and device of the subsystem
	configPointer = 0x34 // bits 0 to 7 lead to the first capability

	functionBytes = 4096
	functions     = 8
	slots         = 32

	commandMemory  = 1 << 1
	typeBridge     = 1
	typeSeveral    = 1 << 7 // functions
	baseIO         = 1 << 0
	baseWide       = 1 << 2 // 64 bits
	baseFlags      = 0xf
	capabilityMSIX = 0x11
	messageBytes   = 16 // of an entry in the table of messages
)

// Numbers of virtio devices: virtio 1.2, 4.1.2. One that also speaks the old protocol has its kind
// as the subsystem's number.
const (
	vendorVirtio = 0x1af4
	deviceOld    = 0x1000
	deviceModern = 0x1040
	deviceEnd    = 0x1080
)

// PCI finds the devices on the buses from first to last. The configuration space of bus 0 is at an
// address, or would be if there were one.
func (m *Machine) PCI(at, first, last uint64) {
	behind := first // the last bus known to be there
	for bus := first; bus <= min(behind, last, busesMax-1); bus++ {
		for slot := range uint64(slots) {
			base := at + (bus*slots+slot)*functions*functionBytes
			count := uint64(1)
			for i := uint64(0); i < count; i++ {
				f := base + i*functionBytes
				if !m.believed(f, functionBytes) || m.Load32(f+configID) == 1<<32-1 {
					continue
				}
				kind := m.Load32(f+configHeader) >> 16 & 0xff
				if kind&typeSeveral != 0 {
					count = functions
				}
				if kind&^typeSeveral == typeBridge {
					behind = max(behind, m.Load32(f+configBuses)>>8&0xff)
				} else {
					m.function(f)
				}
			}
		}
	}
}

// function looks at a device's configuration space.
func (m *Machine) function(f uint64) {
	id := m.Load32(f + configID)
	vendor, device := id&0xffff, id>>16
	kind := device - deviceModern
	if device < deviceModern {
		kind = m.Load32(f+configSub) >> 16
	}
	if vendor != vendorVirtio || device < deviceOld || device >= deviceEnd {
		return
	}
	found := commons.Device{Bus: commons.PCI}
	m.sizes(f, &found)
	found.Range[commons.ConfigRange] = commons.Range{At: f, Bytes: functionBytes}
	if m.messages(f, &found) {
		m.place(kind, &found)
	}
}

// sizes finds the ranges behind the base addresses. A base address shows its size in what it keeps
// of ones; the device must not answer meanwhile.
func (m *Machine) sizes(f uint64, found *commons.Device) {
	command := m.Load32(f+configCommand) & 0xffff // ones would clear bits of the status
	m.Store32(f+configCommand, command&^commandMemory)
	for i := uint64(0); i < commons.ConfigRange; i++ {
		r := &found.Range[i]
		at := f + configBases + i*4
		base := m.Load32(at)
		m.Store32(at, 1<<32-1)
		size := -(m.Load32(at) &^ baseFlags) & (1<<32 - 1)
		m.Store32(at, base)
		if base&baseIO != 0 {
			continue
		}
		r.At = base &^ baseFlags
		if base&baseWide != 0 && i+1 < commons.ConfigRange {
			r.At |= m.Load32(at+4) << 32
			i++
		}
		if r.Bytes = min(size, layout.RangeBytesMax); !m.believed(r.At, r.Bytes) {
			r.At, r.Bytes = 0, 0
		}
	}
	m.Store32(f+configCommand, command)
}

// messages finds where a device's interrupts are set up; false if it has none of the kind that
// needs no line.
func (m *Machine) messages(f uint64, found *commons.Device) bool {
	at := m.Load32(f+configPointer) & 0xfc
	for range capabilitiesMax {
		if at == 0 {
			return false
		}
		header := m.Load32(f + at)
		if header&0xff == capabilityMSIX {
			break
		}
		at = header >> 8 & 0xfc
	}
	where := m.Load32(f + at + 4)
	index, offset := where&7, where&^7
	if m.Load32(f+at)&0xff != capabilityMSIX || index >= commons.ConfigRange {
		return false
	}
	r := &found.Range[index]
	found.MSIX, found.Table = at, r.At+offset
	return offset+messageBytes <= r.Bytes
}
