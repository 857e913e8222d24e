package msgpass

import "testing"

const testType = TypeFirst + 1

// newRing returns both ends of a ring of the given number of slots that starts at slot start.
func newRing(t testing.TB, slots, start int) (*Sender, *Receiver) {
	t.Helper()
	mem := alignedBytes(t, slots*LineBytes)
	s, err := NewSender(mem, start)
	if err != nil {
		t.Fatal(err)
	}
	r, err := NewReceiver(mem, start)
	if err != nil {
		t.Fatal(err)
	}
	return s, r
}

// Messages arrive once each, in order, with their payload, whatever the ring's size and start.
func TestRingCarriesInOrder(t *testing.T) {
	for _, slots := range []int{64, 256, 4096} {
		s, r := newRing(t, slots, slots-3)
		var sent, got uint64
		for got < uint64(5*slots) {
			for l := s.TrySlot(); l != nil; l = s.TrySlot() {
				l[0], l[6] = sent, ^sent
				s.Publish(l, MakeHeader(testType, 56, uint32(sent)))
				sent++
			}
			for range slots / 3 {
				l, h := r.Peek()
				if h == 0 {
					break
				}
				if l[0] != got || l[6] != ^got || h.Tag() != uint32(got) {
					t.Fatalf("%d slots: message %d holds %d, %#x, tag %d", slots, got, l[0], l[6],
						h.Tag())
				}
				r.Release(l)
				got++
			}
		}
	}
}

// A full ring refuses, loses nothing, and accepts again when a batch is free.
func TestRingRefusesWhenFull(t *testing.T) {
	s, r := newRing(t, 64, 0)
	count := 0
	for l := s.TrySlot(); l != nil; l = s.TrySlot() {
		s.Publish(l, MakeHeader(testType, 0, 0))
		count++
	}
	if count != 64 {
		t.Fatalf("the ring took %d messages: want 64", count)
	}
	for i := range 16 {
		if s.TrySlot() != nil {
			t.Fatalf("the ring has room with %d of a batch of 16 free", i)
		}
		l, _ := r.Peek()
		r.Release(l)
	}
	if s.TrySlot() == nil {
		t.Fatal("the ring refuses with a batch free")
	}
}

// Memory that no ring fits is refused with the size found.
func TestNewSenderRefusesBadMemory(t *testing.T) {
	for _, n := range []int{0, 64, 63 * 64, 65 * 64, 2 * RingSlotsMax * LineBytes, 64*64 + 8} {
		if _, err := NewSender(make([]byte, n), 0); err == nil {
			t.Errorf("a ring in %d bytes is accepted", n)
		}
	}
	if _, err := NewReceiver(make([]byte, 8192)[8:8+4096], 0); err == nil {
		t.Error("a ring in memory that is not aligned is accepted")
	}
}
