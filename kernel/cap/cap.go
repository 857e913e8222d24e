// Package cap decides what the instance of a core may ask of its CPU driver. Nothing happens to
// another core, and no window is mapped, that May does not allow.
//
// What stands behind it is what the manifest says of each core, from the machine's description:
//
//	shares    the cores that it has windows with, if they share with it too
//	controls  the cores that it may start, stop and fail
//
// and of each device:
//
//	cores     those that may drive it, one at a time
//
// An instance can end its own life by many ways, so every core controls itself.
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
	operations
)

// All is the set of all cores, a bit for each. A compile error here means that a word has too few.
const All uint64 = 1<<layout.CoresMax - 1

// May tells whether the holder may do an operation to the object. It is asked at each call, and
// what it refuses has not begun.
func May(m *manifest.Manifest, holder uint64, operation Operation, object uint64) bool {
	if operation == Drive {
		return holder < cores(m) && object < min(m.Devices, layout.DevicesMax) &&
			has(m.Device[object%layout.DevicesMax].Cores, holder)
	}
	if max(holder, object) >= cores(m) {
		return false
	}
	switch operation {
	case Share:
		return share(m, holder, object)
	case Kick:
		return holder == object || share(m, holder, object)
	case Start, Stop, Provoke:
		return control(m, holder, object)
	case Inspect:
		return control(m, holder, object) || share(m, holder, object)
	case PowerOff:
		return controlsAll(m, holder)
	}
	return false
}

// cores returns how many there are.
func cores(m *manifest.Manifest) uint64 { return min(m.Cores, layout.CoresMax) }

// share tells whether there is a window between two cores: both must want it.
func share(m *manifest.Manifest, a, b uint64) bool {
	return a != b && has(m.Core[a%layout.CoresMax].Shares, b) &&
		has(m.Core[b%layout.CoresMax].Shares, a)
}

// control tells whether a core may rule over another. It may over itself.
func control(m *manifest.Manifest, holder, object uint64) bool {
	return holder == object || has(m.Core[holder%layout.CoresMax].Controls, object)
}

// controlsAll tells whether a core may rule over each.
func controlsAll(m *manifest.Manifest, holder uint64) bool {
	all := All >> (layout.CoresMax - cores(m))
	return (m.Core[holder%layout.CoresMax].Controls|1<<holder)&all == all
}

// has tells whether a core is in a set.
func has(set, core uint64) bool { return set>>core&1 != 0 }
