package store

import (
	"encoding/binary"
	"fmt"
)

// A snapshot is a row of chunks, each with the keys of some buckets. Commands may be applied
// between two chunks, to the original after it made the one and before it makes the next, and to
// the copy at the same place. At the copy they do the right thing to keys whose bucket was copied,
// and anything to others: whatever is there when their bucket comes is replaced. Commands treat
// each key by itself, so that is enough.
//
// A chunk, all numbers of 8 bytes, little-endian:
//
//	seed, first position, position after the last, keys removed as expired so far
//	then for each key: expiry, length of key, length of value, key, value
const (
	chunkHeaderBytes = 4 * 8
	chunkEntryBytes  = 3 * 8
)

// Snapshot appends a chunk from cursor on, 0 for the first, and returns the next cursor, 0 after
// the last. The chunk takes the capacity of the buffer if it can; only one bucket may take more.
func (s *Store) Snapshot(chunk []byte, cursor uint64) (longer []byte, next uint64) {
	first, start := position(cursor), len(chunk)
	chunk = append(chunk, make([]byte, chunkHeaderBytes)...)
	p := first
	for p < positionEnd {
		e, after := s.at(p)
		if p > first && len(chunk)+chainBytes(e) > cap(chunk) {
			break
		}
		for ; e != nil; e = e.next {
			chunk = appendEntry(chunk, e)
		}
		p = after
	}
	for i, word := range []uint64{s.seed, uint64(first), uint64(p), s.expired} {
		binary.LittleEndian.PutUint64(chunk[start+8*i:], word)
	}
	return chunk, uint64(p % positionEnd)
}

// ChunkBytesMax bounds a chunk: all keys may be in one bucket.
func (s *Store) ChunkBytesMax() int64 { return chunkHeaderBytes + s.bytesMax }

func appendEntry(chunk []byte, e *entry) []byte {
	chunk = binary.LittleEndian.AppendUint64(chunk, uint64(e.expiry))
	chunk = binary.LittleEndian.AppendUint64(chunk, uint64(e.keyBytes))
	chunk = binary.LittleEndian.AppendUint64(chunk, uint64(e.valueBytes()))
	return append(chunk, e.text()...)
}

// chainBytes returns how long a bucket is in a chunk.
func chainBytes(e *entry) (total int) {
	for ; e != nil; e = e.next {
		total += chunkEntryBytes + int(e.textBytes)
	}
	return total
}

// Restore takes a chunk. The first one empties the store.
func (s *Store) Restore(chunk []byte) error {
	if len(chunk) < chunkHeaderBytes {
		return fmt.Errorf("store: chunk of %d bytes: want %d at least", len(chunk),
			chunkHeaderBytes)
	}
	word := func(i int) uint64 { return binary.LittleEndian.Uint64(chunk[8*i:]) }
	first, end := position(word(1)), position(word(2))
	if first >= end || end > positionEnd {
		return fmt.Errorf("store: chunk from %#x to %#x: want a part of 0 to %#x", first, end,
			positionEnd)
	}
	if first == 0 {
		s.seed = word(0)
		s.empty()
	} else if s.seed != word(0) {
		return fmt.Errorf("store: chunk with seed %#x: want that of the first, %#x", word(0),
			s.seed)
	}
	s.expired = word(3)
	s.clear(first, end)
	return s.restoreEntries(chunk[chunkHeaderBytes:])
}

// clear removes the keys between two positions.
func (s *Store) clear(first, end position) {
	var doomed []*entry
	for p := first; p < end; {
		var e *entry
		for e, p = s.at(p); e != nil; e = e.next {
			if at := position(e.hash >> (64 - positionBits)); first <= at && at < end {
				doomed = append(doomed, e)
			}
		}
	}
	for _, e := range doomed {
		s.remove(e)
	}
}

func (s *Store) restoreEntries(b []byte) error {
	for len(b) > 0 {
		if len(b) < chunkEntryBytes {
			return fmt.Errorf("store: %d bytes for a key in a chunk: want %d", len(b),
				chunkEntryBytes)
		}
		expiry := int64(binary.LittleEndian.Uint64(b))
		keyBytes := binary.LittleEndian.Uint64(b[8:])
		valueBytes := binary.LittleEndian.Uint64(b[16:])
		b = b[chunkEntryBytes:]
		if keyBytes > uint64(len(b)) || valueBytes > uint64(len(b))-keyBytes {
			return fmt.Errorf("store: key of %d bytes with %d in a chunk that has %d: want less",
				keyBytes, valueBytes, len(b))
		}
		key, value := b[:keyBytes], b[keyBytes:keyBytes+valueBytes]
		b = b[keyBytes+valueBytes:]
		s.expireAt(s.put(s.find(key), key, value), expiry)
	}
	return nil
}
