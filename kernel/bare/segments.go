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
// last two words are the task's descriptor.
var segments = [8]uint64{
	0,
	0x00af_9b00_0000_ffff, // code of ring 0
	0x00cf_9300_0000_ffff, // data of ring 0
	0x00cf_9b00_0000_ffff, // 32-bit code, for the way up
	0x00cf_f300_0000_ffff, // data of ring 3
	0x00af_fb00_0000_ffff, // code of ring 3
}

// task is the task state segment: the stacks. Intel SDM volume 3, 8.7. The words at 4 are RSP0: the
// end of the current thread's frame, so that an entry from ring 3 pushes registers into the thread.
var task [26]uint32

// Interrupt stacks, counted from 1.
const (
	stackNMI   = 1
	stackFault = 2
	taskRSP0   = 1
	taskStack1 = 9 // word of the first interrupt stack
	taskBase   = 25
)

// gates is the interrupt descriptor table. Intel SDM volume 3, 6.14.1.
var gates [256][2]uint64

const (
	vectorNMI          = 2
	vectorBreakpoint   = 3
	vectorDoubleFault  = 8
	vectorMachineCheck = 18
	stubBytes          = 16
)

// gate returns a descriptor of an interrupt gate.
func gate(entry, stack, ring uint64) [2]uint64 {
	return [2]uint64{
		entry&0xffff | layout.SelectorCode<<16 | stack<<32 | (0x8e|ring<<5)<<40 |
			entry>>16&0xffff<<48,
		entry >> 32,
	}
}

// setSegments fills in the tables and makes the processor use them.
func setSegments() {
	for i := range gates {
		stack, ring := uint64(0), uint64(0)
		switch i {
		case vectorNMI:
			stack = stackNMI
		case vectorDoubleFault, vectorMachineCheck:
			stack = stackFault
		case vectorBreakpoint:
			ring = 3
		}
		gates[i] = gate(vectorsAt+uint64(i)*stubBytes, stack, ring)
	}
	setTask(taskStack1+2*(stackNMI-1), layout.StackTopN)
	setTask(taskStack1+2*(stackFault-1), layout.StackTopF)
	task[taskBase] = 104 << 16 // no I/O permission map
	at := uint64(addressOf(&task))
	segments[6] = 103 | at&0xffffff<<16 | 0x89<<40 | at>>24&0xff<<56
	segments[7] = at >> 32
	segmentsOperand.address, gatesOperand.address = addressOf(&segments), addressOf(&gates)
	loadTables(addressOf(&segmentsOperand.limit), addressOf(&gatesOperand.limit),
		layout.SelectorTask)
}

// setTask puts an address into the task's words i and i+1.
func setTask(i int, address uint64) {
	task[i], task[i+1] = uint32(address), uint32(address>>32)
}
