package msgpass

// A ring grows level by level. Each level has memory of its own behind the level before. The
// sender, refused again and again, clears the next level at the next Flush, says typeGrow in the
// last line that it sends on the old one, and goes on in the new one. The receiver follows when it
// comes to that line. Until then the new level is the sender's alone, and from then on the old one
// is nobody's. Positions go on counting, so that none comes twice in an epoch: Flush relies on it.

// relieve lets the ring grow if it has refused several times in a row. TrySlot does not do so
// itself, because it would have to call grow.
func (s *Sender) relieve() {
	if s.refusals >= growAfter {
		s.grow()
	}
}

// grow moves the sender to the next level, if there is one, and a line to say so.
func (s *Sender) grow() {
	size := (int(s.mask) + 1) * ringGrowth
	if len(s.rest) < size {
		return
	}
	l := s.at(s.head)
	// ORDER: acquires the line that the receiver freed; pairs with Release.
	if l.header() != 0 {
		return
	}
	next := s.rest[:size]
	clear(next)
	// ORDER: publishes the cleared level; pairs with the load in Peek, which comes before follow.
	l.publish(MakeHeader(typeGrow, 0, 0))
	*s = makeSender(next, s.rest[size:], int(s.head/LineBytes)+1)
	s.limit = s.head + s.batch
}

// follow moves the receiver to the next level, at the line l that said so; false if there is none.
func (r *Receiver) follow() bool {
	size := (int(r.mask) + 1) * ringGrowth
	if len(r.rest) < size {
		return false
	}
	*r = makeReceiver(r.rest[:size], r.rest[size:], int(r.head/LineBytes)+1)
	return true
}

// countLines returns how many lines of mem hold a message or a part of one.
func countLines(mem []byte) int {
	count := 0
	for at := 0; at < len(mem); at += LineBytes {
		// ORDER: none needed: the count is right if the other end writes no more.
		if h := lineAt(mem, at).header(); h != 0 && h.Type() != typeGrow {
			count++
		}
	}
	return count
}
