package net

import (
	"sync"
	"sync/atomic"
	"time"

	"gvisor.dev/gvisor/pkg/waiter"
)

// side is what one direction of a connection waits by.
type side struct {
	one   sync.Mutex // held by who reads, or writes
	entry waiter.Entry
	told  atomic.Uint32 // events so far, but for those before open
	empty uint32        // how many there were when nothing was left to read
	ready chan struct{} // look again: there is something, or the deadline has passed

	mu    sync.Mutex
	until time.Time   // the deadline; zero: none
	timer *time.Timer // that tells of it; nil: there was none yet
}

// open has the side told of a stack's events.
func (s *side) open(queue *waiter.Queue, events waiter.EventMask) {
	s.ready = make(chan struct{}, 1)
	s.told.Store(2) // neither empty nor one more: what came before is not known
	s.entry.Init(s, events)
	queue.EventRegister(&s.entry)
}

// NotifyEvent implements waiter.EventListener. A stack calls it after each change of its own: data
// that came, the end of the stream, an error.
func (s *side) NotifyEvent(waiter.EventMask) {
	s.told.Add(1)
	select {
	case s.ready <- struct{}{}:
	default:
	}
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
func (s *side) wake() { s.NotifyEvent(s.entry.Mask()) }
