package net

import (
	"sync"
	"time"

	"gvisor.dev/gvisor/pkg/waiter"
)

// side is what one direction of a connection waits by.
type side struct {
	one   sync.Mutex // held by who reads, or writes
	entry waiter.Entry
	ready <-chan struct{} // look again: there is something, or the deadline has passed

	mu    sync.Mutex
	until time.Time   // the deadline; zero: none
	timer *time.Timer // that tells of it; nil: there was none yet
}

// open has the side told of a stack's events.
func (s *side) open(queue *waiter.Queue, events waiter.EventMask) {
	s.entry, s.ready = waiter.NewChannelEntry(events)
	queue.EventRegister(&s.entry)
}

// late tells whether the deadline has passed.
func (s *side) late() bool {
	s.mu.Lock()
	until := s.until
	s.mu.Unlock()
	return !until.IsZero() && !time.Now().Before(until)
}

// limit sets the deadline.
func (s *side) limit(until time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.until = until
	switch left := time.Until(until); {
	case until.IsZero():
	case left <= 0:
		s.wake()
	case s.timer == nil:
		s.timer = time.AfterFunc(left, s.wake)
	default:
		s.timer.Reset(left)
	}
}

// wake has whoever waits look again.
func (s *side) wake() { s.entry.NotifyEvent(s.entry.Mask()) }
