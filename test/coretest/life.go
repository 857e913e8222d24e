package coretest

import (
	"sync"
	"time"

	"skerry/coreos"
	"skerry/coreos/net"
	"skerry/coreos/net/card"
	"skerry/kernel"
)

// name names a life.
type name struct {
	core        kernel.CoreID
	incarnation uint64
}

// life is what a machine knows of a core's life.
type life struct {
	once  sync.Once
	begun chan struct{} // closed when loop and net are there
	loop  *coreos.Loop
	net   *net.Net
	over  chan struct{} // closed when it is held
}

// life returns what is known of a life.
func (m *Machine) life(core kernel.CoreID, incarnation uint64) *life {
	m.mu.Lock()
	defer m.mu.Unlock()
	l := m.lives[name{core, incarnation}]
	if l == nil {
		l = &life{begun: make(chan struct{}), over: make(chan struct{})}
		m.lives[name{core, incarnation}] = l
	}
	return l
}

// run is the program of each core.
func (m *Machine) run(c kernel.Core) error {
	boot := c.Boot()
	l := m.life(boot.Core, boot.Incarnation)
	defer l.once.Do(func() { close(l.begun) }) // should it end before it begins
	return coreos.Program(m.apps...)(core{c, m, l})
}

// attend is the app by which a machine knows a core.
func (m *Machine) attend(s *coreos.OS) error {
	boot := s.Core().Boot()
	l := m.life(boot.Core, boot.Incarnation)
	n, err := net.Of(s)
	if err != nil {
		return err
	}
	l.loop, l.net = s.Loop(), n
	l.once.Do(func() { close(l.begun) })
	m.mu.Lock()
	defer m.mu.Unlock()
	m.latest[boot.Core] = l
	return nil
}

// hold keeps a core's life from sending anything any more: it never gives its loop's lock back. If
// it is not to be had, its holder waits for the driver, or will for a lock.
func (m *Machine) hold(id kernel.CoreID, incarnation uint64) {
	l := m.life(id, incarnation)
	held := make(chan struct{})
	go func() {
		<-l.begun
		if l.loop != nil {
			l.loop.Lock()
		}
		close(held)
	}()
	select {
	case <-held:
	case <-time.After(holdPatience):
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	close(l.over)
	if m.holder == l {
		m.holder = nil
	}
}

// listeners returns the cores that listen on a port, as far as this one knows; none once it is
// dead.
func (l *life) listeners(network string, port uint16) []kernel.CoreID {
	answer := make(chan []kernel.CoreID, 1)
	go func() { answer <- l.net.Listeners(network, port) }()
	select {
	case ids := <-answer:
		return ids
	case <-l.over:
		return nil
	}
}

// core is what the driver gives a life, and a network card.
type core struct {
	kernel.Core
	machine *Machine
	life    *life
}

var _ card.Source = core{}

// CardCores implements card.Source.
func (c core) CardCores() []kernel.CoreID { return c.Boot().Cores }

// OpenCard implements card.Source.
func (c core) OpenCard() (card.Card, error) {
	id := c.Boot().Core
	c.machine.mu.Lock()
	defer c.machine.mu.Unlock()
	if c.machine.holder != nil {
		return nil, kernel.ErrTaken
	}
	c.machine.holder = c.life
	return c.machine.wire.Card(func() { c.machine.Interrupt(id) }), nil
}
