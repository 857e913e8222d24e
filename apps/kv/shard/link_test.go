package shard

import (
	"bytes"
	"encoding/binary"
	"math/rand/v2"
	"slices"
	"testing"
)

// A stream is cut behind messages: only one that is longer than a part is in several.
func TestPartsAreWhole(t *testing.T) {
	seed := rand.Uint64()
	random := rand.New(rand.NewPCG(seed, 0))
	l := &link{bound: true}
	var ends []int // of messages in the stream
	var stream []byte
	sent := 0
	for range 2000 {
		for range random.IntN(20) {
			body := make([]byte, headBytes+random.IntN(100))
			if random.IntN(30) == 0 {
				body = make([]byte, random.IntN(4*CarrierCarryPartMax)+headBytes)
			}
			before := len(l.out)
			if l.put(head{}, body[headBytes:]) {
				stream = append(stream, l.out[before:]...)
				ends = append(ends, len(stream))
			}
		}
		for range random.IntN(30) {
			if l.done == len(l.out) {
				break
			}
			end, begun := l.cut()
			part := l.out[l.done:end]
			l.done, l.begun = end, begun
			if !bytes.Equal(part, stream[sent:sent+len(part)]) {
				t.Fatalf("seed %d: at %d: %d bytes that are not those of the stream", seed, sent,
					len(part))
			}
			start := sent
			sent += len(part)
			checkCut(t, seed, ends, start, sent)
		}
		l.tidy()
	}
	if sent < 1<<20 {
		t.Errorf("seed %d: %d bytes were sent: want a megabyte at least", seed, sent)
	}
}

// A stream brings chunks of any length that a copy can have, and nothing that is longer.
func TestChunksMayBeLong(t *testing.T) {
	m := newLeader(t)
	most := headBytes + int(still{}.ChunkBytesMax())
	for size, good := range map[int]bool{most: true, most + 1: false} {
		l := &link{node: &Node{machine: m}, index: 1}
		start := binary.LittleEndian.AppendUint32(nil, uint32(size))
		if err := l.take(start); (err == nil) != good {
			t.Errorf("a message of %d bytes: error %v: want none: %t", size, err, good)
		}
	}
}

// checkCut checks a part of the stream: either it ends with a message, and the next one would not
// have fit, or it is full, of one message only.
func checkCut(t *testing.T, seed uint64, ends []int, start, end int) {
	t.Helper()
	i, whole := slices.BinarySearch(ends, end)
	switch {
	case whole && i+1 < len(ends) && ends[i+1]-start <= CarrierCarryPartMax:
		t.Fatalf("seed %d: a part from %d to %d: want it to %d", seed, start, end, ends[i+1])
	case !whole && (end-start != CarrierCarryPartMax || i > 0 && ends[i-1] > start):
		t.Fatalf("seed %d: a part from %d to %d cuts the message that ends at %d", seed, start,
			end, ends[i])
	}
}
