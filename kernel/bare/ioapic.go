package main

import "skerry/kernel/layout"

// Registers of the I/O APIC: a number is written to the first, its value is at the second. Intel
// 82093AA datasheet, 3.1.
const (
	ioapicSelect = 0x00
	ioapicValue  = 0x10
	ioapicRoute  = 0x10 // number of the first of two words of line 0
)

// serialLine is the line of the first serial port.
const serialLine = 4

// routeSerial leads the serial port's interrupts to this core.
func routeSerial() {
	writeIOAPIC(ioapicRoute+2*serialLine+1, uint32(localID())<<24)
	writeIOAPIC(ioapicRoute+2*serialLine, vectorSerial)
}

func writeIOAPIC(number, value uint32) {
	writeMMIO(layout.IOAPIC+ioapicSelect, number)
	writeMMIO(layout.IOAPIC+ioapicValue, value)
}
