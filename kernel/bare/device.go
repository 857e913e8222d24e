package main

import (
	"sync/atomic"

	"skerry/kernel/cap"
	com "skerry/kernel/commons"
	"skerry/kernel/discover"
	"skerry/kernel/drivercall"
	"skerry/kernel/epitaph"
	"skerry/kernel/errno"
	"skerry/kernel/layout"
	"skerry/kernel/phys"
	"skerry/kernel/vm"
)

// A device is driven by who holds it: the life of a core. When that life ends the device goes on,
// with the memory that it has for itself; who holds it next resets it. Its interrupts ring the
// holder's bell. Those of lines come to the core that has the console, which alone writes to the
// I/O APIC, and which passes them on; messages (PCI) come to the holder directly.

// rung counts the interrupts of devices since the last tick.
var rung uint64

// findDevices puts what the machine has of the devices in the manifest into the commons.
func findDevices(info uint64) {
	devices := &commons().Device
	finder := discover.Machine{
		Load8: read8, Load32: load32, Store32: store32, Manifest: image(), Devices: devices,
	}
	finder.CommandLine(read64(info + startCommand))
	if table := findTable(read64(info+startRSDP), signatureMCFG); table != 0 {
		finder.PCI(read64(table+mcfgBase), read8(table+mcfgFirst), read8(table+mcfgLast))
	}
	for i := range min(image().Devices, layout.DevicesMax) {
		l, d := newLine().text("device ").number(i, 1), &devices[i]
		switch d.Bus {
		case com.MMIO:
			l.text(": registers at ").hex(d.Range[0].At).text(", line ").number(d.Line, 1)
		case com.PCI:
			l.text(": PCI, at ").hex(d.Range[com.ConfigRange].At)
		default:
			l.text(": found none of kind ").number(image().Device[i].Kind, 1)
		}
		l.mention()
	}
	routeDevices()
}

// device returns what the machine has of a device.
func device(i uint64) *com.Device { return &commons().Device[i%layout.DevicesMax] }

// holder returns who holds a device, if that life has not ended; else 0.
// ORDER: what the holder did to the device was before; pairs with claim's exchange, and finish.
func holder(d *com.Device) com.Holder {
	h := com.Holder(atomic.LoadUint64((*uint64)(&d.Holder)))
	if h == 0 || ended(h.Core()%layout.CoresMax) >= h.Life() {
		return 0
	}
	return h
}

// hardware is scratch for what the instance is told.
var hardware drivercall.Hardware

// tellDevice tells the instance of a device.
func tellDevice(i, to uint64) int64 {
	if i >= min(image().Devices, layout.DevicesMax) {
		return errno.ENODEV
	}
	d, m := device(i), &image().Device[i]
	hardware = drivercall.Hardware{
		Kind: m.Kind, Cores: m.Cores, Bus: uint64(d.Bus), Holder: uint64(holder(d)) & 0xff,
		Address: m.Memory,
	}
	for r := range d.Range {
		hardware.Range[r].Bytes = d.Range[r].Bytes
		hardware.Range[r].At = drivercall.RangeAt(i, uint64(r), d.Range[r].At)
	}
	return copyOut(to, &hardware)
}

// claim makes this life the holder of a device.
func claim(i uint64) int64 {
	d, mine := device(i), com.MakeHolder(me, status(me).Incarnation)
	switch {
	case i >= min(image().Devices, layout.DevicesMax) || d.Bus == com.NoBus:
		return errno.ENODEV
	case !cap.May(image(), me, cap.Drive, i):
		return errno.EPERM
	case localID() > messageIDMax:
		return errno.ENODEV
	}
	// ORDER: as in holder.
	last := atomic.LoadUint64((*uint64)(&d.Holder))
	// ORDER: of cores that saw the last one's end, one succeeds; pairs with itself, and holder.
	if holder(d) != 0 ||
		!atomic.CompareAndSwapUint64((*uint64)(&d.Holder), last, uint64(mine)) {
		return errno.EBUSY
	}
	if d.Bus == com.PCI {
		routeMessages(i, d)
	}
	return mapDevice(i, d)
}

// mapDevice lets the instance reach a device's memory and registers.
func mapDevice(i uint64, d *com.Device) int64 {
	space := &instance.Space
	e := space.Map(drivercall.MemoryAt(i), layout.BlockBytes, vm.Read|vm.Write, vm.Fixed,
		phys.Addr(image().Device[i].Memory), 0)
	for index := range d.Range {
		prot := vm.Read | vm.Write
		if index == com.ConfigRange {
			prot = vm.Read
		}
		r := &d.Range[index]
		if offset := r.At % layout.PageBytes; r.Bytes != 0 {
			e |= space.Map(drivercall.RangeAt(i, uint64(index), 0), r.Bytes+offset, prot, vm.Device,
				phys.Addr(r.At-offset), 0)
		}
	}
	return e
}

// routeDevices leads the lines of devices to this core, which has the console. One that rang for
// the last one may have been lost, so all are told.
func routeDevices() {
	for i := range min(image().Devices, layout.DevicesMax) {
		if d := device(i); d.Bus == com.MMIO {
			writeIOAPIC(ioapicRoute+2*uint32(d.Line)+1, uint32(localID())<<24)
			writeIOAPIC(ioapicRoute+2*uint32(d.Line), vectorDevice+uint32(i))
			deviceRang(i)
		}
	}
}

// The registers of PCI that routeMessages uses: PCI Local Bus Specification 3.0, 6.2.2 and 6.8.2;
// Intel SDM volume 3, 11.11, for what a message is.
const (
	pciCommand     = 0x04
	pciOn          = 1<<1 | 1<<2 | 1<<10 // memory, direct access to memory, no line
	messagesOn     = 1 << 31
	messagesMasked = 1 << 30
	messageAddress = 0
	messageAbove   = 4
	messageData    = 8
	messageControl = 12
	messageMasked  = 1
	messageIDMax   = 0xff
	messageIDShift = 12
)

// routeMessages turns a PCI device on, and leads its first message to this core.
func routeMessages(i uint64, d *com.Device) {
	config := d.Range[com.ConfigRange].At
	store32(config+pciCommand, pciOn)
	store32(config+d.MSIX, (load32(config+d.MSIX)|messagesOn)&^messagesMasked)
	store32(d.Table+messageControl, messageMasked)
	store32(d.Table+messageAddress, layout.LocalAPIC|localID()<<messageIDShift)
	store32(d.Table+messageAbove, 0)
	store32(d.Table+messageData, vectorDevice+i)
	store32(d.Table+messageControl, 0)
}

// deviceRang rings the bell of who holds a device, here or on another core.
func deviceRang(i uint64) {
	h := holder(device(i))
	switch {
	case h == 0:
	case h.Core() != me:
		command(h.Core(), commandFixed|vectorDevice|uint32(i))
	default:
		instance.Ring()
		if rung++; rung > rungMax {
			die(epitaph.Faulted, 1, newLine().text("device ").number(i, 1).text(": over ").
				number(rungMax, 1).text(" interrupts between two ticks"))
		}
	}
}
