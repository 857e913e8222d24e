// Package cap decides what the instance of a core may ask of its CPU driver. Nothing happens to
// another core, and no window is mapped, that May does not allow.
//
// What stands behind it is a table in the manifest: for each core and operation, the set of objects
// that the core may do it to. Package tools/mkimage/rights draws it from the machine's description.
package cap

import (
	"skerry/kernel/layout"
	"skerry/kernel/manifest"
)

// Operation is something that a core, the holder, may be allowed to do to another, the object.
type Operation uint8

// The operations.
const (
	None     Operation = iota // allowed to nobody
	Share                     // have memory in common: a window, seen by both ends
	Kick                      // ring the bell of the core
	Start                     // begin a life
	Stop                      // end a life
	Provoke                   // have the CPU driver fail
	Inspect                   // see status, trace and epitaph
	PowerOff                  // end the machine, whichever the object is
	Drive                     // claim a device, the object: map its registers, get its interrupts
	Operations
)

// A compile error here means that the manifest has another number of them.
var _ = [1]struct{}{}[manifest.OperationsMax-Operations]

// May tells whether the holder may do an operation to the object. It is asked at each call, and
// what it refuses has not begun.
func May(m *manifest.Manifest, holder uint64, operation Operation, object uint64) bool {
	return max(holder, object) < layout.CoresMax && operation < Operations &&
		m.Core[holder].May[operation]>>object&1 != 0
}
