package signal

// Send sends a valid signal to a thread. It tells whether that is to be interrupted: it has the
// signal to handle now, wherever it is.
func (s *Signals) Send(th *Thread, n Number) bool {
	takes := s.Takes(th, n)
	if takes || th.Blocks(n) {
		th.Pending |= n.bit()
	}
	return takes
}

// SendAll sends a valid signal to the process, whose threads may all block it.
func (s *Signals) SendAll(n Number, isBlocked bool) {
	if isBlocked || !s.ignores(n) {
		s.Pending |= n.bit()
	}
}

// Blocks tells whether a thread blocks a valid signal.
func (th *Thread) Blocks(n Number) bool { return th.Mask&n.bit() != 0 }

// Takes tells whether a thread would handle a signal now, and not ignore it.
func (s *Signals) Takes(th *Thread, n Number) bool {
	return !th.Blocks(n) && !s.ignores(n)
}
