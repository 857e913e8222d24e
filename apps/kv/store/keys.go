package store

import (
	"math/rand/v2"
	"strconv"

	"skerry/apps/kv/resp"
)

func typeOf(s *Store, args [][]byte) {
	if s.live(args[0]) == nil {
		s.simple("none")
		return
	}
	s.simple("string")
}

func mget(s *Store, args [][]byte) {
	s.reply = resp.AppendArray(s.reply, len(args))
	for _, key := range args {
		s.value(s.live(key))
	}
}

// mset: MSET key value [key value ...]. It does all or nothing.
func mset(s *Store, args [][]byte) {
	if len(args)%2 != 0 {
		s.fail(ArityError("mset"))
		return
	}
	grows := 0 // at most: a key may be there twice
	for i := 0; i < len(args); i += 2 {
		grows += max(0, growth(s.find(args[i]), args[i], len(args[i+1])))
	}
	if !s.room(grows) {
		return
	}
	for i := 0; i < len(args); i += 2 {
		s.expireAt(s.put(s.find(args[i]), args[i], args[i+1]), 0)
	}
	s.ok()
}

func del(s *Store, args [][]byte) {
	count := 0
	for _, key := range args {
		if e := s.writable(key); e != nil {
			s.drop(e)
			count++
		}
	}
	s.number(int64(count))
}

func exists(s *Store, args [][]byte) {
	count := 0
	for _, key := range args {
		if s.live(key) != nil {
			count++
		}
	}
	s.number(int64(count))
}

func dbsize(s *Store, _ [][]byte) { s.number(int64(s.count)) }

// flushall: FLUSHALL [ASYNC | SYNC].
func flushall(s *Store, args [][]byte) {
	if len(args) > 1 || len(args) == 1 && !is(args[0], "async") && !is(args[0], "sync") {
		s.fail(SyntaxError)
		return
	}
	s.changed = s.count > 0
	s.empty()
	s.ok()
}

// keys: KEYS pattern.
func keys(s *Store, args [][]byte) {
	var found [][]byte
	for p := position(0); p < positionEnd; {
		var e *entry
		for e, p = s.at(p); e != nil; e = e.next {
			if !s.gone(e) && Matches(args[0], e.key()) {
				found = append(found, e.key())
			}
		}
	}
	s.list(found)
}

func (s *Store) list(texts [][]byte) {
	s.reply = resp.AppendArray(s.reply, len(texts))
	for _, text := range texts {
		s.reply = resp.AppendBulk(s.reply, text)
	}
}

// scan: SCAN position [MATCH pattern] [COUNT n] [TYPE type]. Position 0 comes after the last.
func scan(s *Store, args [][]byte) {
	p, err := strconv.ParseUint(string(args[0]), 10, 64)
	if err != nil || position(p) >= positionEnd {
		s.fail(BadCursor)
		return
	}
	o, refusal := parseScan(args[1:])
	if refusal != "" {
		s.fail(refusal)
		return
	}
	found, next := s.scanFrom(position(p), o)
	s.reply = resp.AppendArray(s.reply, 2)
	s.bulk(strconv.AppendUint(nil, uint64(next%positionEnd), 10))
	s.list(found)
}

// scanFrom returns keys from a position on, and the position after them.
func (s *Store) scanFrom(p position, o scanOptions) (found [][]byte, next position) {
	most := max(scanBucketsMin, o.count*scanBucketsPerKey)
	seen := 0
	for looks := 0; p < positionEnd && seen < o.count && looks < most; looks++ {
		var e *entry
		for e, p = s.at(p); e != nil; e = e.next {
			seen++
			if !s.gone(e) && !o.none && (o.all || Matches(o.pattern, e.key())) {
				found = append(found, e.key())
			}
		}
	}
	return found, p
}

type scanOptions struct {
	count   int
	pattern []byte
	all     bool // no pattern
	none    bool // keys of a type that there are none of
}

func parseScan(words [][]byte) (o scanOptions, refusal string) {
	o.count, o.all = scanCountDefault, true
	for ; len(words) >= 2; words = words[2:] {
		switch name, value := words[0], words[1]; {
		case is(name, "match"):
			o.pattern, o.all = value, string(value) == "*"
		case is(name, "type"):
			o.none = !is(value, "string")
		case is(name, "count"):
			n, ok := resp.Int(value)
			if !ok {
				return o, NotInteger
			}
			if n < 1 {
				return o, SyntaxError
			}
			o.count = int(min(n, scanKeysMax)) // more takes several calls
		default:
			return o, SyntaxError
		}
	}
	if len(words) > 0 {
		return o, SyntaxError
	}
	return o, ""
}

// randomkey looks at buckets from a random one on.
func randomkey(s *Store, _ [][]byte) {
	start := position(rand.Uint64N(uint64(positionEnd)))
	if e := s.firstLive(start, positionEnd); e != nil {
		s.reply = resp.AppendBulk(s.reply, e.key())
		return
	}
	if e := s.firstLive(0, start); e != nil {
		s.reply = resp.AppendBulk(s.reply, e.key())
		return
	}
	s.null()
}

// firstLive returns one of the keys in the first bucket between two positions that has one.
func (s *Store) firstLive(p, end position) *entry {
	for p < end {
		var e, chosen *entry
		count := 0
		for e, p = s.at(p); e != nil; e = e.next {
			if s.gone(e) {
				continue
			}
			if count++; rand.IntN(count) == 0 {
				chosen = e
			}
		}
		if chosen != nil {
			return chosen
		}
	}
	return nil
}
