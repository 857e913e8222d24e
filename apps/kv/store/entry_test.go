package store

import (
	"bytes"
	"math/rand/v2"
	"reflect"
	"testing"
)

// An entry is as long as a line of the caches.
func TestEntryIsOneLine(t *testing.T) {
	if size := reflect.TypeFor[entry]().Size(); size != 64 {
		t.Errorf("an entry of %d bytes: want 64", size)
	}
}

// An entry keeps its text when it gets longer and shorter, near and far, and what is new is zero.
func TestEntryKeepsText(t *testing.T) {
	seed := rand.Uint64()
	random := rand.New(rand.NewPCG(seed, 0))
	for range 1000 {
		want := make([]byte, random.IntN(2*nearBytes))
		for i := range want {
			want[i] = byte(1 + i)
		}
		e := newEntry(want, 0)
		key := len(want)
		for range 10 {
			length := key + random.IntN(4*nearBytes)
			e.resize(length)
			want = append(want[:min(len(want), length)], make([]byte, max(0, length-len(want)))...)
			if !bytes.Equal(e.text(), want) || !bytes.Equal(e.key(), want[:key]) ||
				!bytes.Equal(e.value(), want[key:]) || e.valueBytes() != length-key {
				t.Fatalf("seed %d: key %q, value %q of %d bytes: want %q, the key %d long", seed,
					e.key(), e.value(), e.valueBytes(), want, key)
			}
			if near := e.far == nil; near != (length <= nearBytes) {
				t.Fatalf("seed %d: a text of %d bytes is near: %t: want it up to %d", seed, length,
					near, nearBytes)
			}
			for i := key; i < length; i++ {
				want[i] = byte(random.Uint32())
			}
			copy(e.value(), want[key:])
		}
	}
}
