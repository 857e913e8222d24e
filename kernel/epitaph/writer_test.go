package epitaph

import (
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
)

// turns is how often a page is written at least that is read all the time, and read that is written
// all the time.
const turns = 20_000

// record returns a record all of whose parts tell n.
func record(n byte) *Record {
	r := &Record{Incarnation: uint64(n), At: int64(n), Core: uint32(n), ReasonSize: uint32(n)}
	for i := range r.Reason {
		r.Reason[i] = n
	}
	return r
}

// carelessWrite is Write with a planted bug: it leaves the seal alone while it writes.
func (p *Page) carelessWrite(r *Record) {
	for i, word := range r.words() {
		atomic.StoreUint64(&p.words[i], word) // ORDER: none: that is the bug.
		if i == recordWords/2 {
			runtime.Gosched()
		}
	}
}

// torn reads a page again and again while it is written, and tells whether parts of two records
// were taken for one.
func torn(write func(*Page, *Record)) bool {
	page := At(make([]byte, PageBytes))
	page.Write(record(0))
	var stop atomic.Bool
	var written atomic.Int64
	var writer sync.WaitGroup
	writer.Go(func() {
		for !stop.Load() {
			write(page, record(byte(written.Add(1))))
			runtime.Gosched()
		}
	})
	defer writer.Wait()
	defer stop.Store(true)
	for read := 0; read < turns || written.Load() < turns; read++ {
		var r Record
		if page.Read(&r) && r != *record(byte(r.Incarnation)) {
			return true
		}
		runtime.Gosched()
	}
	return false
}

// Whoever reads a page while it is written reads one record or nothing. A writer that leaves the
// seal on meanwhile is found out.
func TestReadWhileWritten(t *testing.T) {
	if torn((*Page).Write) {
		t.Error("parts of two records were read as one")
	}
	if !torn((*Page).carelessWrite) {
		t.Errorf("a writer that leaves the seal on was not found out in %d writes", turns)
	}
}

// No two writes leave the same seal, so that a reader who sees one before and the other after knows
// that the words changed; not even if a writer died between them. A seal that is taken off to zero
// would count anew.
func TestSealsDiffer(t *testing.T) {
	for _, die := range []func(*Page){
		func(*Page) {},
		func(p *Page) { p.seal++ },
	} {
		page, seals := At(make([]byte, PageBytes)), []uint64{}
		for range 3 {
			page.Write(record(1))
			if slices.Contains(seals, page.seal) {
				t.Fatalf("seal %#x after %#x: want another each time", page.seal, seals)
			}
			seals = append(seals, page.seal)
			die(page)
			var r Record
			if page.Read(&r) != (page.seal&1 == 0) {
				t.Fatalf("with seal %#x, the page is not read as it should", page.seal)
			}
		}
	}
}
