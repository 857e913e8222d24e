package coreos

import "sync"

// memo holds what a core has once.
type memo struct {
	mu   sync.Mutex
	made map[any]*made
}

// made is one of these.
type made struct {
	done  chan struct{} // closed when the rest is there
	value any
	err   error
}

func newMemo() *memo { return &memo{made: map[any]*made{}} }

// Once returns what the core has once under a key: what create returned, which only the first who
// asks calls. Others who ask meanwhile wait for it. What failed is tried again by the next one. The
// key is of a type that its package keeps to itself, as keys of a context are.
func Once[T any](s *OS, key any, create func() (T, error)) (T, error) {
	s.memo.mu.Lock()
	m, has := s.memo.made[key]
	if !has {
		m = &made{done: make(chan struct{})}
		s.memo.made[key] = m
	}
	s.memo.mu.Unlock()
	if !has {
		m.value, m.err = create()
		if m.err != nil {
			s.memo.mu.Lock()
			delete(s.memo.made, key)
			s.memo.mu.Unlock()
		}
		close(m.done)
	}
	<-m.done // no lock is held: create may wait for other cores
	value, _ := m.value.(T)
	return value, m.err
}
