package signal

// Send sends a valid signal to a thread. It tells whether that is to be interrupted: it has the
// signal to handle now, wherever it is.
func (s *Signals) Send(th *Thread, n Number) bool {
	takes := s.Takes(th, n)
	if takes || th.Mask&n.bit() != 0 {
		th.Pending |= n.bit()
	}
	return takes
}

// SendAll sends a valid signal to the process.
func (s *Signals) SendAll(n Number) { s.Pending |= n.bit() }

// Takes tells whether a thread would handle a signal now, and not ignore it.
func (s *Signals) Takes(th *Thread, n Number) bool {
	return th.Mask&n.bit() == 0 && !s.ignores(n)
}
