// Package discover finds the devices that a machine has, before any instance runs: those that the
// loader's command line names, as Linux takes them, and those on PCI buses. What it finds goes to
// the first device of its kind in the manifest that has none yet. Registers are only believed to be
// where no memory of the machine and no interrupt controller is.
package discover

import (
	"skerry/kernel/commons"
	"skerry/kernel/layout"
	"skerry/kernel/manifest"
)

// Machine is how to read and write physical memory, and where what is found goes.
type Machine struct {
	Load8   func(at uint64) uint64
	Load32  func(at uint64) uint64
	Store32 func(at, value uint64)

	Manifest *manifest.Manifest
	Devices  *[layout.DevicesMax]commons.Device
}

// place puts a device where the manifest wants one of its kind.
func (m *Machine) place(kind uint64, found *commons.Device) {
	for i := range min(m.Manifest.Devices, layout.DevicesMax) {
		if m.Manifest.Device[i].Kind == kind && m.Devices[i].Bus == commons.NoBus {
			m.Devices[i] = *found
			return
		}
	}
}

// believed tells whether there may be registers in a range of addresses.
func (m *Machine) believed(at, bytes uint64) bool {
	end := (at + bytes + layout.PageBytes - 1) &^ (layout.PageBytes - 1)
	at &^= layout.PageBytes - 1
	switch {
	case bytes == 0 || bytes > layout.RangeBytesMax || end < at || end > addressEnd:
		return false
	case at >= layout.HoleStart && end <= layout.HoleEnd:
		return apart(at, end, layout.IOAPIC) && apart(at, end, layout.LocalAPIC)
	}
	return at >= max(layout.HoleEnd, m.Manifest.Need)
}

// apart tells whether a range keeps clear of the block of an interrupt controller.
func apart(at, end, controller uint64) bool {
	return end <= controller || at >= controller+layout.BlockBytes
}
