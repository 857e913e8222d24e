package main

import (
	"sync/atomic"

	com "skerry/kernel/commons"
	"skerry/kernel/errno"
	"skerry/kernel/layout"
)

// The first serial port, a 16550. National Semiconductor PC16550D datasheet.
const (
	serialData      = 0x3f8
	serialEnable    = serialData + 1
	serialModem     = serialData + 4
	serialStatus    = serialData + 5
	serialReceives  = 1 << 0 // in serialEnable: interrupt when there is input
	serialReady     = 3      // terminal ready, request to send
	serialInterrupt = 1 << 3 // in serialModem: lets interrupts out
	serialInput     = 1 << 0 // in serialStatus
)

// hasConsole tells whether this core has the console: it alone writes to the port and reads it.
// ORDER: pairs with takeConsole's exchange.
func hasConsole() bool { return atomic.LoadUint64(&commons().Console) == me+1 }

// takeConsole makes this core have the console, unless another one took it from old first. The
// port's FIFO is left as it is: turning it on would drop what comes at that moment.
func takeConsole(old uint64) {
	// ORDER: of cores that saw old die, one succeeds; pairs with itself, and hasConsole's load.
	if !atomic.CompareAndSwapUint64(&commons().Console, old, me+1) {
		return
	}
	out8(serialModem, serialReady|serialInterrupt)
	out8(serialEnable, serialReceives)
	routeSerial()
	routeDevices()
	receive() // what came already
	drain()
}

// inheritConsole takes the console if its core is dead and this is the first one that runs.
func inheritConsole() {
	// ORDER: pairs with takeConsole's exchange.
	owner := atomic.LoadUint64(&commons().Console)
	if owner == me+1 || owner == 0 || running(owner-1) {
		return
	}
	for c := uint64(0); c < me; c++ {
		if running(c) {
			return
		}
	}
	takeConsole(owner)
}

// output puts text on its way to the console, as much as there is room for, and returns how much
// that is. Ownership: bytes from Tail to Head are the console's core's, the others this core's.
func output(from uintptr, size uint64) uint64 {
	ring := &commons().Output[me]
	done := uint64(0)
	for done < size {
		// ORDER: room behind Tail was read; pairs with drainOne's store.
		room := com.OutputBytes - (ring.Head - atomic.LoadUint64(&ring.Tail))
		if room == 0 && !hasConsole() {
			break
		}
		count := min(size-done, room)
		place := ring.Head % com.OutputBytes
		first := min(count, com.OutputBytes-place)
		move(addressOf(&ring.Text[place]), from+uintptr(done), first)
		move(addressOf(&ring.Text[0]), from+uintptr(done+first), count-first)
		// ORDER: publishes the text, a line at once; pairs with drainOne's load.
		atomic.StoreUint64(&ring.Head, ring.Head+count)
		done += count
		if hasConsole() {
			drain()
		}
	}
	if !hasConsole() {
		if owner := atomic.LoadUint64(&commons().Console); owner != 0 { // ORDER: as in hasConsole.
			command(owner-1, commandFixed|vectorOutput)
		}
	}
	return done
}

// drain writes what all cores have put out to the port.
func drain() {
	for c := range commons().Clock.Cores {
		drainOne(&commons().Output[c])
	}
}

// settleConsole sees that what was put out is written before the machine ends: by the core that has
// the console or, if that does not come to it, by this one.
func settleConsole() {
	// ORDER: as in hasConsole.
	owner := atomic.LoadUint64(&commons().Console)
	if owner != 0 && owner != me+1 && running(owner-1) {
		command(owner-1, commandFixed|vectorOutput)
		for until := now() + settleNanos; now() < until && !drained(); {
			pause()
		}
	}
	drain()
}

// drained tells whether all that was put out is written.
func drained() bool {
	for c := range commons().Clock.Cores {
		ring := &commons().Output[c%layout.CoresMax]
		// ORDER: pairs with drainOne's store.
		if ring.Head != atomic.LoadUint64(&ring.Tail) {
			return false
		}
	}
	return true
}

// drainIfConsole is drain on the core that has the console.
func drainIfConsole() {
	if hasConsole() {
		drain()
	}
}

func drainOne(ring *com.Output) {
	// ORDER: acquires the text; pairs with output's store.
	for head := atomic.LoadUint64(&ring.Head); int64(head-ring.Tail) > 0; {
		place := ring.Tail % com.OutputBytes
		count := min(head-ring.Tail, com.OutputBytes-place)
		out8s(serialData, addressOf(&ring.Text[place]), count)
		// ORDER: frees the room; pairs with output's load.
		atomic.StoreUint64(&ring.Tail, ring.Tail+count)
	}
}

// input is what was typed and not yet read: a ring.
var input struct {
	head, tail uint64
	literal    bool // the next byte means itself
	text       [inputBytes]byte
}

// receive takes what was typed from the port, as much as there is room for. The rest waits there,
// and so does who sends it, until somebody reads.
func receive() {
	for input.head-input.tail < inputBytes && in8(serialStatus)&serialInput != 0 {
		input.text[input.head%inputBytes] = in8(serialData)
		input.head++
	}
}

// Bytes that mean something to a program that does not know of Skerry, as they do on a terminal:
// the end of input, and that the next byte means itself. `skerry run` sends them.
const (
	byteEnd     = 0x04 // Ctrl-D
	byteLiteral = 0x16 // Ctrl-V
)

// readConsole gives the instance what was typed, 0: nothing yet, or EPIPE at the end.
func readConsole(to, size uint64) int64 {
	typed := newLine()
	if !takeInput(typed, min(size, lineBytes)) {
		return errno.EPIPE
	}
	if !instance.Space.CopyOut(to, typed.bytes[:min(typed.size, lineBytes)]) {
		return errno.EFAULT
	}
	return int64(typed.size)
}

// takeInput takes what was typed, up to a size; false: it is the end.
func takeInput(to *line, size uint64) bool {
	if hasConsole() {
		receive()
	}
	for to.size < size && input.tail != input.head {
		b := input.text[input.tail%inputBytes]
		means := !attached() && !input.literal
		if means && b == byteEnd && to.size > 0 {
			break // the next read tells
		}
		input.tail++
		input.literal = means && b == byteLiteral
		switch {
		case means && b == byteEnd:
			return false
		case !input.literal:
			to.byte(b)
		}
	}
	return true
}

// writeConsole takes what the instance writes, up to the end of the page, and returns how much.
func writeConsole(from, size uint64) int64 {
	text := instance.Space.Slice(from, size)
	if text == nil {
		return errno.EFAULT
	}
	listen(text)
	return int64(output(bytesOf(text)))
}
