// Package rights draws the table by which package cap decides, from what a machine's description
// says of each core:
//
//	shares    the cores that it has windows with, if they share with it too
//	controls  the cores that it may start, stop and fail
//
// and of each device:
//
//	cores     those that may drive it, one at a time
//
// An instance can end its own life by many ways, so every core controls itself.
package rights

import (
	"skerry/kernel/cap"
	"skerry/kernel/layout"
	"skerry/kernel/manifest"
)

// Machine is a description. Sets of cores have a bit for each.
type Machine struct {
	Cores, Devices uint64
	Core           [layout.CoresMax]Core
	Device         [layout.DevicesMax]uint64 // cores that may drive it
}

// Core is what a description says of a core.
type Core struct{ Shares, Controls uint64 }

// All is the set of all cores. A compile error here means that a word has too few bits.
const All uint64 = 1<<layout.CoresMax - 1

// Draw writes the table into a manifest.
func (m *Machine) Draw(to *manifest.Manifest) {
	for holder := range uint64(layout.CoresMax) {
		for operation := range cap.Operations {
			for object := range uint64(layout.CoresMax) {
				if m.may(holder, operation, object) {
					to.Core[holder].May[operation] |= 1 << object
				}
			}
		}
	}
}

// may tells whether the holder may do an operation to the object.
func (m *Machine) may(holder uint64, operation cap.Operation, object uint64) bool {
	if operation == cap.Drive {
		return holder < m.cores() && object < min(m.Devices, layout.DevicesMax) &&
			has(m.Device[object%layout.DevicesMax], holder)
	}
	if max(holder, object) >= m.cores() {
		return false
	}
	switch operation {
	case cap.Share:
		return m.share(holder, object)
	case cap.Kick:
		return holder == object || m.share(holder, object)
	case cap.Start, cap.Stop, cap.Provoke:
		return m.control(holder, object)
	case cap.Inspect:
		return m.control(holder, object) || m.share(holder, object)
	case cap.PowerOff:
		return m.controlsAll(holder)
	}
	return false
}

// cores returns how many there are.
func (m *Machine) cores() uint64 { return min(m.Cores, layout.CoresMax) }

// share tells whether there is a window between two cores: both must want it.
func (m *Machine) share(a, b uint64) bool {
	return a != b && has(m.Core[a%layout.CoresMax].Shares, b) &&
		has(m.Core[b%layout.CoresMax].Shares, a)
}

// control tells whether a core may rule over another. It may over itself.
func (m *Machine) control(holder, object uint64) bool {
	return holder == object || has(m.Core[holder%layout.CoresMax].Controls, object)
}

// controlsAll tells whether a core may rule over each.
func (m *Machine) controlsAll(holder uint64) bool {
	all := All >> (layout.CoresMax - m.cores())
	return (m.Core[holder%layout.CoresMax].Controls|1<<holder)&all == all
}

// has tells whether a core is in a set.
func has(set, core uint64) bool { return set>>core&1 != 0 }
