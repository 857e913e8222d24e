package signal

// Send sends a valid signal to a thread. It tells whether that is to be interrupted: it has the
// signal to handle now, wherever it is.
func (s *Signals) Send(th *Thread, n Number) bool {
	blocked := th.Mask&n.bit() != 0
	if s.ignores(n) && !blocked {
		return false
	}
	th.Pending |= n.bit()
	return !blocked
}

// SendAll sends a valid signal to the process. It tells whether one of the threads that do not
// block it is to be interrupted.
func (s *Signals) SendAll(n Number) bool {
	s.Pending |= n.bit()
	return !s.ignores(n)
}
