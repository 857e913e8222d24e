package msgpass

import "fmt"

// Sender is the sending end of a ring. One goroutine uses it.
//
// The slots from head to limit are the sender's: it knows that their headers are zero. It looks no
// further until it has used them up; then it looks at one slot, the last of the next batch. The
// receiver frees slots in order, so if that one is free, the whole batch is. A ring therefore
// refuses while fewer than a batch of its slots are free.
type Sender struct {
	slots
	head     uint64 // bytes; the next slot to fill
	limit    uint64 // bytes; head ≤ limit ≤ head + batch
	batch    uint64 // bytes
	refusals int    // in a row
	rest     []byte // memory of the levels above this one
}

// Receiver is the receiving end of a ring. One goroutine uses it. The slot at head is the next to
// hold a message; once its header is not zero, it is the receiver's until Release.
type Receiver struct {
	slots
	head uint64 // bytes; the next slot to read
	rest []byte // memory of the levels above this one
}

// NewSender returns the sending end of a ring in mem, whose headers are zero. The ring starts at
// slot start. Errors: mem is not aligned, or its size is not a power of two from 64 lines to
// RingSlotsMax.
func NewSender(mem []byte, start int) (*Sender, error) {
	if err := checkRing(mem); err != nil {
		return nil, err
	}
	s := makeSender(mem, nil, start)
	return &s, nil
}

// NewReceiver returns the receiving end of a ring in mem; start is the sender's. Errors: as
// NewSender.
func NewReceiver(mem []byte, start int) (*Receiver, error) {
	if err := checkRing(mem); err != nil {
		return nil, err
	}
	r := makeReceiver(mem, nil, start)
	return &r, nil
}

func checkRing(mem []byte) error {
	n := len(mem) / LineBytes
	if n*LineBytes != len(mem) || n < ringSlotsMin || n > RingSlotsMax || n&(n-1) != 0 {
		return fmt.Errorf("msgpass: ring of %d bytes: want a power of two from %d to %d", len(mem),
			ringSlotsMin*LineBytes, RingSlotsMax*LineBytes)
	}
	if !aligned(mem) {
		return fmt.Errorf("msgpass: ring memory is not aligned: want a multiple of %d", LineBytes)
	}
	return nil
}

func makeSender(mem, rest []byte, start int) Sender {
	at := uint64(start) * LineBytes
	batch := min(batchSlotsMax, len(mem)/LineBytes/4)
	return Sender{
		slots: makeSlots(mem), head: at, limit: at, batch: uint64(batch) * LineBytes, rest: rest,
	}
}

func makeReceiver(mem, rest []byte, start int) Receiver {
	return Receiver{slots: makeSlots(mem), head: uint64(start) * LineBytes, rest: rest}
}

// TrySlot returns the next slot to fill, or nil if the ring is full. The same slot is returned
// until Publish. The payload may be written in any order; the header must not be touched.
//
// It inlines whole, without a call. In a loop with a call on its usual path, the compiler stores
// the loop's variables at each turn, and each store more per message counts: see the note on claim
// rings.
func (s *Sender) TrySlot() *Line {
	if s.head >= s.limit && !s.claim() {
		return nil
	}
	return s.at(s.head)
}

// Publish hands the slot that TrySlot returned to the receiver, with header h, which MakeHeader
// made.
func (s *Sender) Publish(l *Line, h Header) {
	storeOrdered(&l[headerWord], uint64(h)) // ORDER: the line, to the receiver; pairs with Peek.
	s.head += LineBytes
}

// claim looks for a free batch.
func (s *Sender) claim() bool {
	// ORDER: acquires the batch that the receiver freed; pairs with Release.
	if s.at(s.head+s.batch-LineBytes).header() != 0 {
		s.refusals++
		return false
	}
	s.limit = s.head + s.batch
	s.refusals = 0
	return true
}

// Peek returns the next message's first line and its header, or a zero header if there is none. The
// same message is returned until it is released. The other end may still write the payload if it
// breaks the protocol: read each word once.
func (r *Receiver) Peek() (*Line, Header) {
	l := r.at(r.head)
	return l, l.header()
}

// Release frees the line that Peek returned.
func (r *Receiver) Release(l *Line) {
	storeOrdered(&l[headerWord], 0) // ORDER: the line, back to the sender; pairs with claim.
	r.head += LineBytes
}
