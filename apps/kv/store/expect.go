package store

// Expect has what some commands will look at brought into the processor's caches. It changes
// nothing.
//
// Memory answers many questions in the time of one, if nobody waits for the first answer before he
// asks the second. A command has to: what is in its key's bucket, what is in that entry, what is
// its text if that is long. So before a number of commands are carried out, the same is asked for
// all of them, question by question. With 100,000 keys, that is half of the time of a pipeline.
func (s *Store) Expect(commands [][]byte) {
	var hashes [expectedMax]uint64
	var entries [expectedMax]*entry
	for len(commands) > 0 {
		some := commands[:min(expectedMax, len(commands))]
		commands = commands[len(some):]
		count := 0
		for _, command := range some {
			if key := firstArg(command); key != nil {
				hashes[count] = Hash(key, s.seed)
				count++
			}
		}
		for i, hash := range hashes[:count] {
			entries[i] = *s.bucket(hash)
		}
		for _, e := range entries[:count] {
			if e != nil {
				s.seen += e.hash
			}
		}
		for range expectedChain {
			for i, e := range entries[:count] {
				entries[i] = s.look(e, hashes[i])
			}
		}
	}
}

// look reads what is behind an entry whose hash was read: its text if it is the one that is looked
// for, or else the next entry, which it returns. A text is read for a write, too: stores that wait
// for memory hold up those behind them.
func (s *Store) look(e *entry, hash uint64) (next *entry) {
	switch {
	case e == nil:
		return nil
	case e.hash == hash:
		if e.far != nil {
			s.seen += uint64((*e.far)[0])
		}
		return nil
	case e.next != nil:
		s.seen += e.next.hash
	}
	return e.next
}
