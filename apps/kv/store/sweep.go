package store

import "skerry/apps/kv/resp"

// Sweep looks for keys that have expired by now, from a position on, and returns a command that
// removes them, nil if it found none, and the position to go on from. Looking changes nothing; the
// command is applied like a client's, to all copies.
func (s *Store) Sweep(now int64, from uint64) (command []byte, next uint64) {
	if s.volatile == 0 {
		return nil, 0
	}
	found := []string{Evict}
	p := position(from) % positionEnd
	for looks := 0; p < positionEnd && looks < sweepBuckets && len(found) <= sweepKeysMax; looks++ {
		var e *entry
		for e, p = s.at(p); e != nil; e = e.next {
			if e.expires(now) {
				found = append(found, e.key)
			}
		}
	}
	if len(found) > 1 {
		command = resp.AppendCommand(nil, found...)
	}
	return command, uint64(p % positionEnd)
}

// evict removes those of its keys that have expired.
func evict(s *Store, args [][]byte) {
	for _, key := range args {
		s.writable(key)
	}
	s.ok()
}
