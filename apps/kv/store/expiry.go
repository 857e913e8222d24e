package store

import (
	"fmt"
	"math"
)

// expiry returns when something expires that may live from now on for so long, which must be
// longer than nothing.
func (s *Store) expiry(command string, arg []byte, seconds bool) (int64, bool) {
	n, ok := s.integer(arg)
	if !ok {
		return 0, false
	}
	if at, ok := s.after(n, seconds); ok && n > 0 {
		return at, true
	}
	s.fail(fmt.Sprintf("ERR invalid expire time in '%s' command", command))
	return 0, false
}

// after returns the time n seconds or milliseconds from now, unless that is too large a number.
func (s *Store) after(n int64, seconds bool) (int64, bool) {
	if seconds {
		if n > math.MaxInt64/1000 || n < math.MinInt64/1000 {
			return 0, false
		}
		n *= 1000
	}
	return s.now + n, n <= math.MaxInt64-s.now
}

func expire(s *Store, args [][]byte)  { s.expireIn("expire", args, true) }
func pexpire(s *Store, args [][]byte) { s.expireIn("pexpire", args, false) }

// expireIn: EXPIRE key seconds [NX | XX | GT | LT].
func (s *Store) expireIn(command string, args [][]byte, seconds bool) {
	when, refusal := parseExpire(args[2:])
	if refusal != "" {
		s.fail(refusal)
		return
	}
	n, ok := s.integer(args[1])
	if !ok {
		return
	}
	at, ok := s.after(n, seconds)
	if !ok {
		s.fail(fmt.Sprintf("ERR invalid expire time in '%s' command", command))
		return
	}
	e := s.writable(args[0])
	if e == nil || !when.allows(e.expiry, at) {
		s.number(0)
		return
	}
	if at <= s.now {
		s.drop(e)
	} else {
		s.expireAt(e, at)
		s.changed = true
	}
	s.number(1)
}

// expireWhen are the conditions of an EXPIRE.
type expireWhen struct{ nx, xx, gt, lt bool }

func parseExpire(words [][]byte) (w expireWhen, refusal string) {
	for _, word := range words {
		switch {
		case is(word, "nx"):
			w.nx = true
		case is(word, "xx"):
			w.xx = true
		case is(word, "gt"):
			w.gt = true
		case is(word, "lt"):
			w.lt = true
		default:
			return w, "ERR Unsupported option " + string(word)
		}
	}
	switch {
	case w.nx && (w.xx || w.gt || w.lt):
		return w, flagsConflict
	case w.gt && w.lt:
		return w, orderConflict
	}
	return w, ""
}

// allows tells whether a key's expiry, 0 for none, may be set. None is later than any other.
func (w expireWhen) allows(old, expiry int64) bool {
	switch {
	case w.nx && old != 0, w.xx && old == 0:
		return false
	case w.gt:
		return old != 0 && expiry > old
	case w.lt:
		return old == 0 || expiry < old
	}
	return true
}

func ttl(s *Store, args [][]byte) {
	left := s.left(args[0])
	if left > 0 {
		left = (left + 500) / 1000
	}
	s.number(left)
}

func pttl(s *Store, args [][]byte) { s.number(s.left(args[0])) }

// left returns how many milliseconds a key has: -1 if it has no expiry, -2 if there is none.
func (s *Store) left(key []byte) int64 {
	e := s.live(key)
	switch {
	case e == nil:
		return -2
	case e.expiry == 0:
		return -1
	}
	return e.expiry - s.now
}

func persist(s *Store, args [][]byte) {
	e := s.writable(args[0])
	if e == nil || e.expiry == 0 {
		s.number(0)
		return
	}
	s.expireAt(e, 0)
	s.changed = true
	s.number(1)
}
