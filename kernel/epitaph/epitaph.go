// Package epitaph is the page on which a dying core leaves word of how it died.
//
// A core has one page of its own. Only the core itself writes it while it lives, and only its CPU
// driver or the machine's launcher after it was fenced; every other core may read it at any time.
// The package is linked into ring 0: it allocates nothing and imports nothing of ours.
//
//	offset  size  word
//	0       8     seal: sealWord when the rest is complete, 0 while it is written
//	8       8     incarnation
//	16      8     time of death, nanoseconds on the machine's clock
//	24      4     core
//	28      4     cause
//	32      4     size of the reason in bytes
//	36      4     zero
//	40      472   reason, UTF-8
//	512     3584  zero
package epitaph

import "sync/atomic"

// PageBytes is the size of a core's epitaph page.
const PageBytes = 4096

// ReasonBytes is the length to which a reason is cut.
const ReasonBytes = 472

// sealWord is "SKERRY" and the layout's version.
const sealWord = 0x534b_4552_5259_0001

// Cause tells what ended a life.
type Cause uint32

// The causes, in no order of gravity.
const (
	Unknown  Cause = iota // nobody knows
	Exited                // the program returned without an error
	Stopped               // another core asked for it
	Panicked              // the instance ended itself: a Go panic, an error, Die
	Faulted               // a fault in the instance or in the CPU driver
	Killed                // the host killed it
	Silent                // no sign of life: a watchdog ended it
	causesCount
)

var causeNames = [causesCount]string{
	"unknown", "exited", "stopped", "panicked", "faulted", "killed", "silent",
}

// String returns the cause in one word.
func (c Cause) String() string {
	if c >= causesCount {
		return causeNames[Unknown]
	}
	return causeNames[c]
}

// Record is what a page says.
type Record struct {
	Incarnation uint64
	At          int64
	Core        uint32
	Cause       Cause
	ReasonSize  uint32
	Reason      [ReasonBytes]byte
}

// Page is the memory of a core's epitaph. The zero page says nothing.
type Page struct {
	seal        uint64
	incarnation uint64
	at          int64
	core        uint32
	cause       Cause
	reasonSize  uint32
	_           uint32
	reason      [ReasonBytes]byte
	_           [PageBytes - 40 - ReasonBytes]byte
}

// Write replaces what the page says. The caller is its only writer.
func (p *Page) Write(r *Record) {
	// ORDER: takes the seal off before a word below changes; pairs with the loads in Read.
	atomic.StoreUint64(&p.seal, 0)
	p.incarnation, p.at, p.core, p.cause = r.Incarnation, r.At, r.Core, r.Cause
	p.reasonSize = min(r.ReasonSize, ReasonBytes)
	p.reason = r.Reason
	// ORDER: publishes the words above; pairs with the first load in Read.
	atomic.StoreUint64(&p.seal, sealWord)
}

// Read copies what the page says to r; false if it says nothing, or is being written.
func (p *Page) Read(r *Record) bool {
	// ORDER: acquires the words below; pairs with the last store in Write.
	if atomic.LoadUint64(&p.seal) != sealWord {
		return false
	}
	r.Incarnation, r.At, r.Core, r.Cause = p.incarnation, p.at, p.core, p.cause
	r.ReasonSize = p.reasonSize
	r.Reason = p.reason
	// ORDER: a write that began meanwhile took the seal off first; pairs with the first store in
	// Write.
	return atomic.LoadUint64(&p.seal) == sealWord && r.ReasonSize <= ReasonBytes &&
		r.Cause < causesCount
}
