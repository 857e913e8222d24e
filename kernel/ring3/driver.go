package ring3

import (
	"skerry/kernel"
	"skerry/kernel/commons"
	"skerry/kernel/drivercall"
	"skerry/kernel/epitaph"
)

// driver is what package drivercall offers, call by call. Errors are error numbers of Linux.
type driver interface {
	info(facts *drivercall.Facts) error
	kick(id kernel.CoreID)
	start(id kernel.CoreID) error
	stop(id kernel.CoreID) error
	notice(death *drivercall.Death) bool
	epitaph(id kernel.CoreID, page *epitaph.Page) bool
	die(cause epitaph.Cause, reason []byte)
	status(id kernel.CoreID, status *commons.Status) error
	trace(id kernel.CoreID, trace *commons.Trace) error
	provoke(id kernel.CoreID, order commons.Order) error
	powerOff(status int)
	console() bool
	device(id uint64, hardware *drivercall.Hardware) error
	claim(id uint64) error
}
