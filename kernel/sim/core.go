package sim

import (
	"fmt"

	"skerry/kernel"
	"skerry/kernel/epitaph"
)

var _ kernel.Core = (*life)(nil)

// Boot returns the boot information.
func (l *life) Boot() kernel.BootInfo {
	l.enter()
	return l.info
}

// Now returns virtual time.
func (l *life) Now() kernel.Instant {
	l.enter()
	return l.machine.Now()
}

// Window returns memory of the Go heap, made when one of its ends asks for the first time.
func (l *life) Window(peer kernel.CoreID) ([]byte, error) {
	l.enter()
	switch {
	case !l.machine.cfg.has(peer):
		return nil, fmt.Errorf("sim: window to %v: %w", peer, kernel.ErrNoCore)
	case peer == l.info.Core:
		return nil, fmt.Errorf("sim: window of %v to itself: %w", peer, kernel.ErrSelf)
	}
	return l.machine.window(l.info.Core, peer), nil
}

// Kick sends a kick.
func (l *life) Kick(peer kernel.CoreID) {
	l.enter()
	l.machine.kick(l.info.Core, peer)
}

// Wait blocks in virtual time.
func (l *life) Wait(deadline kernel.Instant) bool {
	l.enter()
	select {
	case <-l.kicked:
		return true
	default:
	}
	timer, stop := l.timer(deadline)
	defer stop()
	select {
	case <-l.kicked:
		return true
	case <-timer:
		return false
	case <-l.fence:
		l.park()
		return false
	}
}

// Notice returns the oldest notice.
func (l *life) Notice() (kernel.Notice, bool) {
	l.enter()
	l.machine.mu.Lock()
	defer l.machine.mu.Unlock()
	if len(l.notices) == 0 {
		return kernel.Notice{}, false
	}
	n := l.notices[0]
	l.notices = l.notices[1:]
	return n, true
}

// Start starts a core.
func (l *life) Start(peer kernel.CoreID) error {
	l.enter()
	return l.machine.Start(peer)
}

// Stop ends a core's life.
func (l *life) Stop(peer kernel.CoreID) error {
	l.enter()
	reason := fmt.Sprintf("by %v", l.info.Core)
	return l.machine.end(order{core: peer, cause: epitaph.Stopped, reason: reason}, l)
}

// Epitaph returns how the last life of peer ended.
func (l *life) Epitaph(peer kernel.CoreID) (kernel.Epitaph, bool) {
	l.enter()
	return l.machine.Epitaph(peer)
}

// Die ends this life.
func (l *life) Die(reason string) {
	l.enter()
	_ = l.machine.end(
		order{core: l.info.Core, life: l, cause: epitaph.Panicked, reason: reason}, l)
	l.park()
}
