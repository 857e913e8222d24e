package main

import (
	"math/bits"

	"skerry/kernel/drivercall"
	"skerry/kernel/errno"
	"skerry/kernel/layout"
	"skerry/kernel/signal"
	"skerry/kernel/thread"
)

// What package linux needs below it, most of it from the driver. There it says what each does.

// Numbers of Linux's system calls that the driver serves.
const (
	sysMadvise = 28
	sysFutex   = 202
)

// Arguments of these calls.
const (
	futexWait = 128 // private
	futexWake = 128 + 1
	all       = 1 << 30 // threads
	dontNeed  = 4
)

const second = 1_000_000_000

// now reads the clock as the vDSO does.
func now() uint64 {
	c := clock()
	high, low := bits.Mul64(max(rdtsc(), c.Start)-c.Start, c.Scale)
	return high<<32 | low>>32
}

func wall() uint64 { return clock().Wall }

func seed(to []byte) { call(drivercall.Random, startOf(to), uint64(len(to)), 0, 0) }

func read(to []byte) (uint64, bool) {
	count := call(drivercall.Read, startOf(to), uint64(len(to)), 0, 0)
	return uint64(max(count, 0)), count != errno.EPIPE
}

func write(text []byte) uint64 {
	return uint64(max(call(drivercall.Write, startOf(text), uint64(len(text)), 0, 0), 0))
}

func memory() (total, used uint64) {
	var m [2]uint64
	call(drivercall.Memory, addressOf(&m), 0, 0, 0)
	return m[0], m[1]
}

func discard(start, size uint64) { call(sysMadvise, start, size, dontNeed, 0) }

func spawn(f *thread.Frame, fsBase uint64) int64 {
	return call(drivercall.Spawn, addressOf(f), fsBase, 0, 0)
}

// interrupt has another thread look for signals, too, should it be here already.
func interrupt(id thread.ID) int64 {
	if id-1 >= thread.ThreadsMax {
		return errno.ESRCH
	}
	areaOf(id).Due = 1
	return call(drivercall.Interrupt, uint64(id), 0, 0, 0)
}

func exists(id thread.ID) int64 { return call(drivercall.Exists, uint64(id), 0, 0, 0) }

func kill(n signal.Number, f *thread.Frame, address uint64) {
	call(drivercall.Kill, uint64(n), addressOf(f), address, 0)
}

func save(fx *thread.FX) { saveFX(addressOf(fx)) }

func wait(seen, nanos uint64) {
	limit := [2]uint64{nanos / second, nanos % second}
	at := uint64(0)
	if nanos != 0 {
		at = addressOf(&limit)
	}
	call(sysFutex, layout.Pulse+layout.PulseEvents, futexWait, seen, at)
}

func park(word *uint32, value uint32) {
	call(sysFutex, addressOf(word), futexWait, uint64(value), 0)
}

func unpark(word *uint32) { call(sysFutex, addressOf(word), futexWake, 1, 0) }

func sample(nanos uint64) { call(drivercall.Sample, nanos, 0, 0, 0) }

func unknown(number, count uint64) { call(drivercall.Unknown, number, count, 0, 0) }
