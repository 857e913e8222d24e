package image

import "skerry/kernel/layout"

// Vectors whose gates are not like the others.
const (
	vectorNMI          = 2
	vectorBreakpoint   = 3
	vectorDoubleFault  = 8
	vectorMachineCheck = 18

	vectorsCount = 256
	vectorBytes  = 16 // of the code of each
)

// gates returns the interrupt descriptor table of all cores (Intel SDM volume 3, 6.14.1): the code
// of the vectors lies in a row.
func gates(vectors uint64) []byte {
	r := &record{}
	for i := range uint64(vectorsCount) {
		stack, ring := uint64(0), uint64(0)
		switch i {
		case vectorNMI:
			stack = layout.StackNMI
		case vectorDoubleFault, vectorMachineCheck:
			stack = layout.StackFault
		case vectorBreakpoint:
			ring = 3
		}
		r.add(gate(vectors+i*vectorBytes, stack, ring))
	}
	return r.bytes
}

// gate returns a descriptor of an interrupt gate.
func gate(entry, stack, ring uint64) [2]uint64 {
	return [2]uint64{
		entry&0xffff | layout.SelectorCode<<16 | stack<<32 | (0x8e|ring<<5)<<40 |
			entry>>16&0xffff<<48,
		entry >> 32,
	}
}
