package image

import "skerry/kernel/layout"

// Where memory is. Between lowEnd and highStart it is not sure that there is any: there the
// devices are, and what firmware keeps for itself at the end of the low memory.
const (
	lowEnd    = layout.HoleStart
	highStart = layout.HoleEnd
	highLess  = 1 << 30 // the least hole below highStart, of the virtual machines that we know
)

const (
	gib = 1 << 30

	// heapBytesLeast is what Go's runtime needs besides the program's own data.
	heapBytesLeast = 8 << 20

	// argumentsMax bounds arguments and environment together; most of the stack is the program's.
	argumentsMax = layout.StackSize / 8

	libosMax = 4 << 20 // of the libOS in memory

	tablesMax     = layout.TablesMaxBytes / layout.PageBytes
	bootTablesMax = (layout.Driver - layout.BootTables) / layout.PageBytes

	// silentTicks and silentSeconds hold where the machine's description says nothing.
	// A tick is 100 ms.
	silentTicks   = 100
	silentSeconds = 10
)
