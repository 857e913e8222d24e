package store

import "skerry/apps/kv/resp"

// coming are the first keys of commands that will come, on their way from memory.
//
// Memory answers many questions in the time of one, if nobody waits for the first answer before he
// asks the second. A command has to: what is in its key's bucket, what is the hash of that entry,
// what is its key. So before a number of commands are carried out, the same is asked for all of
// them, question by question. With 100,000 keys, that is half of the time of a pipeline.
type coming struct {
	hashes  []uint64
	entries []*entry
	seen    uint64 // makes use of what was read, which is read for that only
}

// Expect has what some commands will look at brought into the processor's caches. It changes
// nothing.
func (s *Store) Expect(commands [][]byte) {
	s.hashes, s.entries = s.hashes[:0], s.entries[:0]
	for _, command := range commands {
		if key := resp.At(command, 1); key != nil {
			s.hashes = append(s.hashes, hash(key, s.seed))
		}
	}
	for _, hash := range s.hashes {
		s.entries = append(s.entries, *s.bucket(hash))
	}
	for range expectedChain {
		s.fetch()
	}
	for _, e := range s.entries {
		if e != nil && len(e.key) > 0 {
			s.seen += uint64(e.key[0])
		}
		if e != nil && len(e.value) > 0 {
			s.seen += uint64(e.value[0]) // also for a write: many that wait hold up all others
		}
	}
	clear(s.entries) // they may be removed
}

// fetch reads the entries' hashes, and goes on to the next one in the bucket where it is another
// one than the key's.
func (s *Store) fetch() {
	for _, e := range s.entries {
		if e != nil {
			s.seen += e.hash
		}
	}
	for i, e := range s.entries {
		if e != nil && e.hash != s.hashes[i] {
			s.entries[i] = e.next
		}
	}
}
