package store

import (
	"strconv"

	"skerry/apps/kv/resp"
)

func get(s *Store, args [][]byte) { s.value(s.live(args[0])) }

// setnx: SETNX key value.
func setnx(s *Store, args [][]byte) {
	e := s.find(args[0])
	if s.alive(e) != nil {
		s.number(0)
		return
	}
	if s.room(growth(e, args[0], len(args[1]))) {
		s.put(e, args[0], args[1])
		s.number(1)
	}
}

// getset: GETSET key value.
func getset(s *Store, args [][]byte) {
	e := s.find(args[0])
	if !s.room(growth(e, args[0], len(args[1]))) {
		return
	}
	s.value(s.alive(e))
	s.expireAt(s.put(e, args[0], args[1]), 0)
}

// appendTo: APPEND key value.
func appendTo(s *Store, args [][]byte) {
	key, tail := args[0], args[1]
	e := s.find(key)
	length := 0
	if old := s.alive(e); old != nil {
		length = old.valueBytes()
	}
	s.write(e, key, length, tail)
}

// setrange: SETRANGE key offset value.
func setrange(s *Store, args [][]byte) {
	key, part := args[0], args[2]
	offset, ok := s.integer(args[1])
	if !ok {
		return
	}
	if offset < 0 {
		s.fail(badOffset)
		return
	}
	e := s.find(key)
	old := s.alive(e)
	switch {
	case len(part) == 0 && old == nil:
		s.number(0)
	case len(part) == 0:
		s.number(int64(old.valueBytes()))
	case offset > resp.BulkBytesMax:
		s.fail(tooLong)
	default:
		s.write(e, key, int(offset), part)
	}
}

// write puts part into the key's value, from offset on, and answers with the value's length. The
// key's entry is e, or nil; it may have expired.
func (s *Store) write(e *entry, key []byte, offset int, part []byte) {
	length := offset + len(part)
	if old := s.alive(e); old != nil {
		length = max(length, old.valueBytes())
	}
	if length > resp.BulkBytesMax {
		s.fail(tooLong)
		return
	}
	if !s.room(growth(e, key, length)) {
		return
	}
	_, value := s.resized(e, key, length)
	copy(value[offset:], part)
	s.number(int64(length))
}

func strlen(s *Store, args [][]byte) {
	if e := s.live(args[0]); e != nil {
		s.number(int64(e.valueBytes()))
		return
	}
	s.number(0)
}

// getrange: GETRANGE key first last, both inclusive, counted from the end if negative.
func getrange(s *Store, args [][]byte) {
	first, ok := s.integer(args[1])
	if !ok {
		return
	}
	last, ok := s.integer(args[2])
	if !ok {
		return
	}
	e := s.live(args[0])
	if e == nil || first < 0 && last < 0 && first > last {
		s.bulk(nil)
		return
	}
	length := int64(e.valueBytes())
	first, last = fromStart(first, length), min(fromStart(last, length), length-1)
	if first > last {
		s.bulk(nil)
		return
	}
	s.bulk(e.value()[first : last+1])
}

// fromStart returns an index that was perhaps counted from the end, at least 0.
func fromStart(i, length int64) int64 {
	if i < 0 {
		i += length
	}
	return max(i, 0)
}

func incr(s *Store, args [][]byte) { s.add(args[0], 1) }
func decr(s *Store, args [][]byte) { s.add(args[0], -1) }

func incrby(s *Store, args [][]byte) {
	if n, ok := s.integer(args[1]); ok {
		s.add(args[0], n)
	}
}

func decrby(s *Store, args [][]byte) {
	n, ok := s.integer(args[1])
	switch {
	case ok && n == -n && n != 0: // the most negative number
		s.fail(decrOverflow)
	case ok:
		s.add(args[0], -n)
	}
}

// add adds to the number that a key's value is.
func (s *Store) add(key []byte, by int64) {
	e := s.find(key)
	var n int64
	if old := s.alive(e); old != nil {
		var ok bool
		if n, ok = resp.Int(old.value()); !ok {
			s.fail(NotInteger)
			return
		}
	}
	sum := n + by
	if (sum < n) != (by < 0) {
		s.fail(overflow)
		return
	}
	var digits [20]byte
	text := strconv.AppendInt(digits[:0], sum, 10)
	if s.room(growth(e, key, len(text))) {
		s.put(e, key, text)
		s.number(sum)
	}
}

// integer reads an argument, and refuses the command if it is no number.
func (s *Store) integer(arg []byte) (int64, bool) {
	n, ok := resp.Int(arg)
	if !ok {
		s.fail(NotInteger)
	}
	return n, ok
}
