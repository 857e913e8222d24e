package msgpass

import (
	"errors"
	"testing"

	"skerry/kernel"
)

// What a user holds when its channel goes down does no harm there: a slot, a request, a buffer.
func TestHoldingsOutliveChannel(t *testing.T) {
	w := alignedBytes(t, kernel.WindowBytes)
	a, b := open(t, w, 0, 1, 1), open(t, w, 1, 0, 1)
	connect(t, a, b)
	b.Callers[0].Call(MakeHeader(testType, 0, 0))
	request, slot := a.Callees[0].Request(), a.Out.TrySlot()
	taken, _ := a.Pool.Take()
	lent, _ := b.Pool.Take()
	loan, _ := a.Loans.Open(b.Pool.Lend(lent, 1))
	idle := len(a.Pool.free)

	a.PeerDied(1)
	a.Out.Publish(slot, MakeHeader(testType, 0, 0))
	a.Callees[0].Answer(request)
	if a.Out.TrySlot() != nil {
		t.Error("a channel that is down takes a message")
	}
	if _, h, err := a.Next(); h != 0 || err != nil {
		t.Errorf("a channel that is down brings header %#x, error %v", uint64(h), err)
	}
	if _, ok := a.Pool.Take(); ok {
		t.Error("a channel that is down lends a buffer")
	}
	a.Loans.Return(loan)
	if _, err := a.Loans.Open(0); !errors.Is(err, ErrDown) || a.Fail(err) == nil || a.link.failed {
		t.Errorf("open on a channel that is down: error %v: want ErrDown, and no fault", err)
	}

	b = open(t, w, 1, 0, 2)
	connect(t, a, b)
	a.Pool.Keep(taken)
	lent, _ = b.Pool.Take()
	b.Pool.Lend(lent, 1)
	a.Loans.Return(loan)
	if *b.Pool.owner(lent.granule) == 0 {
		t.Error("a loan of the last epoch returns a buffer of this one")
	}
	if len(a.Pool.free) != idle+1 {
		t.Errorf("the pool has %d buffers: want %d", len(a.Pool.free), idle+1)
	}
}

// A header that can be neither a request nor a reply is nobody's in a call slot.
func TestCallSlotIgnoresUnsoundHeaders(t *testing.T) {
	a, b := pair(t)
	good := MakeHeader(testType, PayloadBytes, 0)
	for _, h := range []Header{1, FlagReply, good | flagContinued, good | flagUnused,
		MakeHeader(testType, PayloadBytes+1, 0), ^Header(0)} {
		a.Callers[0].Call(h)
		if got := b.Callees[0].Request(); got != 0 {
			t.Errorf("header %#x is taken for request %#x", uint64(h), uint64(got))
		}
		if got := a.Callers[0].Reply(); got != 0 {
			t.Errorf("header %#x is taken for reply %#x", uint64(h), uint64(got))
		}
	}
}

// The windows of a core of a machine of 64 start their rings at slots that are all different, and
// both ends of a window at the same.
func TestStaggerIsDistinct(t *testing.T) {
	for a := range kernel.CoreID(64) {
		taken := map[int]kernel.CoreID{}
		for b := range kernel.CoreID(64) {
			if a == b {
				continue
			}
			at := stagger(a, b)
			if other, ok := taken[at]; ok {
				t.Fatalf("the windows of %v with %v and %v start at slot %d", a, b, other, at)
			}
			if back := stagger(b, a); at != back {
				t.Fatalf("%v starts at slot %d, %v at %d", a, at, b, back)
			}
			taken[at] = b
		}
	}
}

// A message longer than the limit, or than the room that was found for it, is a bug of the caller
// and is caught before it overwrites slots of the receiver.
func TestMessageLongerThanItsRoomPanics(t *testing.T) {
	for name, publish := range map[string]func(s *Sender){
		"TrySlots":       func(s *Sender) { s.TrySlots(MessageBytesMax + 1) },
		"PublishMessage": func(s *Sender) { s.PublishMessage(MakeHeader(testType, 57, 0)) },
	} {
		s, _ := newRing(t, 64, 0)
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s accepts it", name)
				}
			}()
			publish(s)
		}()
	}
}
