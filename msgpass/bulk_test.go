package msgpass

import (
	"bytes"
	"errors"
	"testing"
)

// Buffers go to the reader and come back, and no buffer has two owners. A pool that hands out what
// it lent is found by that, and one that loses it.
func TestPoolOwnership(t *testing.T) {
	lendAll(t, func(*Pool) {})
	for name, plant := range poolPlants {
		if failureOf(t, func(t testing.TB) { lendAll(t, plant) }) == "" {
			t.Errorf("a pool that %s is not found", name)
		}
	}
}

// lendAll lends all buffers and gets them back; plant runs when all are lent.
func lendAll(t testing.TB, plant func(*Pool)) {
	a, b := pair(t)
	if err := a.Pool.Cut(2048); err != nil {
		t.Fatal(err)
	}
	var lentOut []Descriptor
	for i := range granules {
		buffer, ok := a.Pool.Take()
		if !ok {
			t.Fatalf("the pool has %d buffers: want %d", i, granules)
		}
		Copy(buffer.Bytes, bytes.Repeat([]byte{byte(i)}, 2048))
		lentOut = append(lentOut, a.Pool.Lend(buffer, 2000))
	}
	plant(&a.Pool)
	if _, ok := a.Pool.Take(); ok {
		t.Fatal("a buffer is taken while all are lent")
	}
	for i, d := range lentOut {
		payload, err := b.Loans.Open(d)
		if err != nil || len(payload.Bytes) != 2000 || payload.Bytes[1999] != byte(i) {
			t.Fatalf("descriptor %#x: %d bytes, error %v", uint64(d), len(payload.Bytes), err)
		}
		b.Loans.Return(payload)
		if _, ok := a.Pool.Take(); !ok {
			t.Fatal("a returned buffer is not found")
		}
	}
}

// A buffer whose descriptor was never published can be taken again.
func TestPoolRecall(t *testing.T) {
	a, _ := pair(t)
	for range 3 * granules {
		buffer, ok := a.Pool.Take()
		if !ok {
			t.Fatal("a recalled buffer is lost")
		}
		a.Pool.Recall(a.Pool.Lend(buffer, 1))
	}
}

// A descriptor that leaves the pool is refused.
func TestLoansRefuseBadDescriptor(t *testing.T) {
	_, b := pair(t)
	for _, d := range []Descriptor{
		makeDescriptor(granules, 1), makeDescriptor(0, poolBytes+1), ^Descriptor(0),
		makeDescriptor(granules-1, granuleBytes+1),
	} {
		if _, err := b.Loans.Open(d); !errors.Is(err, ErrProtocol) {
			t.Errorf("descriptor %#x: error %v: want ErrProtocol", uint64(d), err)
		}
	}
}
