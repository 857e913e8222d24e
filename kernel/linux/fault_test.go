package linux

import (
	"runtime"
	"runtime/debug"
	"strings"
)

// faults does something, and tells whether an access to the program's memory has faulted. What
// unwinds by ending has not. Go takes an address below a page for a nil pointer.
func (r *rig) faults(do func()) (faulted bool) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		switch e := recover().(type) {
		case nil, ending:
		case interface{ Addr() uintptr }:
			faulted = true
		case runtime.Error:
			if faulted = strings.Contains(e.Error(), "nil pointer"); !faulted {
				panic(e)
			}
		default:
			panic(e)
		}
	}()
	do()
	return false
}
