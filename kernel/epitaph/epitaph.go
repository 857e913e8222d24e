// Package epitaph is the page on which a dying core leaves word of how it died.
//
// A core has one page of its own. Only the core itself writes it while it lives, and only its CPU
// driver or the machine's launcher after it was fenced; every other core may read it at any time.
// The package is linked into ring 0: it allocates nothing and imports nothing of ours.
//
// A reader takes no lock: it reads the seal, the rest, and the seal again, and believes what it
// read only if both seals are the same and even. Each Write counts the seal up by two, also one
// after a writer that died at it, so no two seals are the same within 32768 writes; no reader
// takes so long.
//
//	offset  size  word
//	0       8     seal: sealWord + the number of changes: even when the rest is complete,
//	              odd while it is written
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

// sealWord is "SKRY", the layout's version, and 16 bits in which changes are counted.
const sealWord = 0x534b_5259_0002_0000

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

// Record is what a page says, from the incarnation on.
type Record struct {
	Incarnation uint64
	At          int64
	Core        uint32
	Cause       Cause
	ReasonSize  uint32
	_           uint32
	Reason      [ReasonBytes]byte
}

// recordWords is the number of words of a page that a record fills.
const recordWords = (32 + ReasonBytes) / 8

// Page is the memory of a core's epitaph. The zero page says nothing.
type Page struct {
	seal  uint64
	words [recordWords]uint64
	_     [PageBytes - 8 - 8*recordWords]byte
}

// Write replaces what the page says. The caller is its only writer.
func (p *Page) Write(r *Record) {
	// ORDER: none needed: nobody else writes the seal.
	count := uint16(atomic.LoadUint64(&p.seal)) | 1
	// ORDER: takes the seal off before a word below changes; pairs with Read's second load of it.
	atomic.StoreUint64(&p.seal, sealWord|uint64(count))
	for i, word := range r.words() {
		// ORDER: between the two stores to the seal; pairs with Read's load of the word.
		atomic.StoreUint64(&p.words[i], word)
	}
	// ORDER: publishes the words above; pairs with Read's first load of the seal.
	atomic.StoreUint64(&p.seal, sealWord|uint64(count+1))
}

// Read copies what the page says to r; false if it says nothing, or is being written.
func (p *Page) Read(r *Record) bool {
	// ORDER: acquires the words below; pairs with Write's last store.
	seal := atomic.LoadUint64(&p.seal)
	if seal&^0xffff != sealWord || seal&1 != 0 {
		return false
	}
	var read Record
	for i := range read.words() {
		// ORDER: between the two loads of the seal; pairs with Write's store to the word.
		read.words()[i] = atomic.LoadUint64(&p.words[i])
	}
	// ORDER: a write that one of the words is from took the seal off first; pairs with Write's
	// first store.
	if atomic.LoadUint64(&p.seal) != seal {
		return false
	}
	*r = read
	return r.ReasonSize <= ReasonBytes && r.Cause < causesCount
}
