package hosted

import (
	"runtime/debug"
	"unsafe"

	"skerry/kernel"
)

// readNowhere reads where no memory is; outside Go's nil page, that is a fault and no panic.
func readNowhere(kernel.Core) error {
	debug.SetPanicOnFault(false)
	// SAFETY: none; the fault is the test.
	p := (*int)(unsafe.Add(unsafe.Pointer(nil), 1<<40))
	println(*p)
	return nil
}
