package main

import "skerry/kernel/layout"

// tableOperand is what LGDT and LIDT read, from limit on: an address that is not aligned.
type tableOperand struct {
	_       [3]uint16
	limit   uint16
	address uintptr
}

var (
	segmentsOperand = tableOperand{limit: 8*8 - 1}
	gatesOperand    = tableOperand{limit: 256*16 - 1}
)

// The global descriptor table, in the order of layout's selectors. Intel SDM volume 3, 3.4.5. The
// last two words are the task's descriptor, which lacks its address.
var segments = [8]uint64{
	0,
	0x00af_9b00_0000_ffff, // code of ring 0
	0x00cf_9300_0000_ffff, // data of ring 0
	0x00cf_9b00_0000_ffff, // 32-bit code, for the way up
	0x00cf_f300_0000_ffff, // data of ring 3
	0x00af_fb00_0000_ffff, // code of ring 3
	0x0000_8900_0000_0067,
}

// task is the task state segment: the stacks. Intel SDM volume 3, 8.7. All of the driver lies below
// 16 MiB: of addresses the low halves do, and the low 24 bits in the task's descriptor. The word at
// taskRSP0 is the end of the current thread's frame: an entry from ring 3 pushes registers into the
// thread.
var task = [26]uint32{
	taskIST + 2*layout.StackNMI:   layout.StackTopN,
	taskIST + 2*layout.StackFault: layout.StackTopF,
	25:                            104 << 16, // no I/O permission map
}

const (
	taskRSP0 = 1
	taskIST  = 7 // interrupt stacks are counted from 1
)

// setSegments makes the processor use the tables.
func setSegments() {
	segments[6] |= uint64(addressOf(&task)) << 16
	segmentsOperand.address = addressOf(&segments)
	gatesOperand.address = uintptr(seen(image().Gates))
	loadTables(addressOf(&segmentsOperand.limit), addressOf(&gatesOperand.limit),
		layout.SelectorTask)
}
