// Package store is the keyspace of one shard: what its keys are, and what commands do to them.
//
// A store is a deterministic machine: what a command does, and what it answers, depends on the
// commands before it and on the time that it is stamped with, and on nothing else. So two copies
// that are given the same commands stay the same. Keys that have expired are not there for any
// command; they are removed by the writes that meet them, and by the commands *sweep and *evict.
package store

import "skerry/apps/kv/resp"

// Store holds the keys of a shard: a shard.State. One goroutine uses it at a time.
type Store struct {
	table
	bytesMax int64 // of memory
	expired  uint64

	// Of the command that runs:
	now       int64 // unix milliseconds
	reply     []byte
	args      [argsKept][]byte
	changed   bool
	timely    bool // the reply may be another one at another time
	replaying bool

	seen uint64 // makes use of what was read ahead, which is read for that only
}

// New returns an empty store. It refuses to grow beyond bytesMax bytes of memory. The seed, best a
// random one, keeps clients from choosing keys that all fall into one bucket.
func New(bytesMax int64, seed uint64) *Store {
	s := &Store{bytesMax: bytesMax}
	s.seed = seed
	s.empty()
	return s
}

// Reset removes all keys.
func (s *Store) Reset() { s.empty() }

// Apply runs a command, see [Spec.Append], at the time now, in unix milliseconds, and appends its
// reply. It tells whether something has changed.
func (s *Store) Apply(reply []byte, now int64, command []byte) (longer []byte, changed bool) {
	s.replaying = false
	s.reply = reply
	s.run(now, command)
	longer, s.reply = s.reply, nil
	return longer, s.changed
}

// Read runs a command that changes nothing and appends its reply, if that is the same at any time:
// if no key that may expire has a part in it.
func (s *Store) Read(reply, command []byte) (longer []byte, timeless bool) {
	longer, _ = s.Apply(reply, 0, command)
	return longer, !s.timely
}

// Replay runs a command that has changed the original of which this store is a copy, and appends
// its reply.
func (s *Store) Replay(reply []byte, now int64, command []byte) (longer []byte) {
	s.replaying = true
	s.reply = reply
	s.run(now, command)
	longer, s.reply = s.reply, nil
	return longer
}

func (s *Store) run(now int64, command []byte) {
	s.now, s.changed, s.timely = now, false, false
	c, args, ok := parse(command, s.args[:0])
	switch {
	case !ok:
		s.fail(malformed)
	case !c.Takes(1 + len(args)):
		s.fail(c.ArityError())
	default:
		c.run(s, args)
	}
	if len(args) > 3 {
		clear(s.args[:]) // they pointed into the command
	} else { // most have as few, and this takes a tenth of the time
		s.args[0], s.args[1], s.args[2] = nil, nil, nil
	}
}

// live returns the key's entry, or nil if there is none or it has expired.
func (s *Store) live(key []byte) *entry { return s.alive(s.find(key)) }

// alive returns e, or nil if it has expired.
func (s *Store) alive(e *entry) *entry {
	if e == nil || s.gone(e) {
		return nil
	}
	return e
}

// gone tells whether an entry has expired, and notes if that is a question of time.
func (s *Store) gone(e *entry) bool {
	s.timely = s.timely || e.expiry != 0
	return e.expires(s.now)
}

// writable is live for commands that write: it removes what has expired.
func (s *Store) writable(key []byte) *entry { return s.unexpired(s.find(key)) }

// unexpired returns e, or removes it and returns nil if it has expired.
func (s *Store) unexpired(e *entry) *entry {
	if e != nil && e.expires(s.now) {
		s.expired++
		s.drop(e)
		return nil
	}
	return e
}

func (s *Store) drop(e *entry) {
	s.remove(e)
	s.changed = true
}

// room tells whether the store may grow by some bytes, and refuses the command if not, which then
// must have changed nothing. A copy takes what the original took.
func (s *Store) room(grows int) bool {
	if s.replaying || grows <= 0 || s.bytes+int64(grows) <= s.bytesMax {
		return true
	}
	s.fail(OutOfMemory)
	return false
}

// put sets the value of a key, whose entry is e, or nil; it may have expired. The caller has made
// sure of the room.
func (s *Store) put(e *entry, key, value []byte) *entry {
	e, place := s.resized(e, key, len(value))
	copy(place, value)
	return e
}

// resized gives the value of a key a length, and returns where it is. It makes the key if it is not
// there or has expired.
func (s *Store) resized(e *entry, key []byte, length int) (_ *entry, value []byte) {
	if e == nil || e.expires(s.now) {
		s.unexpired(e)
		e = s.insert(key)
	}
	if length != e.valueBytes() {
		s.resize(e, length)
	}
	s.changed = true
	return e, e.value()
}

// growth returns by how much the store grows when the key's value gets a length: one that has
// expired makes room as any other does.
func growth(e *entry, key []byte, length int) int {
	if e == nil {
		return entryBytes + len(key) + length
	}
	return length - e.valueBytes()
}

// The replies.

func (s *Store) fail(text string)   { s.reply = resp.AppendError(s.reply, text) }
func (s *Store) ok()                { s.reply = append(s.reply, "+OK\r\n"...) }
func (s *Store) null()              { s.reply = resp.AppendNull(s.reply) }
func (s *Store) number(n int64)     { s.reply = resp.AppendInt(s.reply, n) }
func (s *Store) bulk(text []byte)   { s.reply = resp.AppendBulk(s.reply, text) }
func (s *Store) simple(text string) { s.reply = resp.AppendSimple(s.reply, text) }
func (s *Store) value(e *entry) {
	if e == nil {
		s.null()
		return
	}
	s.bulk(e.value())
}

// is tells whether an argument is a word, which is in small letters of ASCII, in whatever case.
func is(arg []byte, word string) bool {
	if len(arg) != len(word) {
		return false
	}
	for i, c := range arg {
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		if c != word[i] {
			return false
		}
	}
	return true
}
