package net

import (
	"fmt"
	"net"
	"sync"
	"testing"
	"time"

	"skerry/coreos"
	"skerry/coreos/net/card"
	"skerry/kernel"
)

// rig is a machine in this process, with real time and a wire to an outside world. Its loops spin
// before they sleep, as on bare and hosted; those of sim.Start and coretest never do.
type rig struct {
	t       testing.TB
	wire    *wire
	drivers []kernel.CoreID // that may have the card
	set     settings
	apart   int // how many cores, the last ones, are not part of the network

	mu      sync.Mutex
	windows map[[2]kernel.CoreID][]byte
	lives   []*rigLife
	holder  *rigLife // has the card
}

// rigLife is a life of a core.
type rigLife struct {
	rig     *rig
	boot    kernel.BootInfo
	kicked  chan struct{}
	notices []kernel.Notice
	os      *coreos.OS
	net     *Net
	node    *node
	dead    bool
}

// newRig returns a machine whose cores run.
func newRig(t testing.TB, cores int, set settings, drivers ...kernel.CoreID) *rig {
	t.Helper()
	return newRigOn(newWire(t, card.Checksums|card.CutTCP4|card.CutTCP6), cores, set, drivers...)
}

func newRigOn(w *wire, cores int, set settings, drivers ...kernel.CoreID) *rig {
	w.t.Helper()
	return (&rig{t: w.t, drivers: drivers, set: set, wire: w}).begin(cores)
}

// begin starts the cores.
func (r *rig) begin(cores int) *rig {
	t := r.t
	t.Helper()
	r.windows, r.lives = map[[2]kernel.CoreID][]byte{}, make([]*rigLife, cores)
	for id := range cores {
		r.start(kernel.CoreID(id))
	}
	t.Cleanup(func() {
		for id := range cores {
			r.kill(kernel.CoreID(id))
		}
	})
	return r
}

// start begins a life of a core, and returns when it is part of the network, if it is to be.
func (r *rig) start(id kernel.CoreID) *rigLife {
	r.t.Helper()
	l := &rigLife{rig: r, kicked: make(chan struct{}, 1)}
	l.boot = kernel.BootInfo{
		Core: id, Incarnation: 1, Args: []string{"test"}, WakeCost: 20 * time.Microsecond,
	}
	for i := range r.lives {
		l.boot.Cores = append(l.boot.Cores, kernel.CoreID(i))
	}
	r.mu.Lock()
	if old := r.lives[id]; old != nil {
		l.boot.Incarnation = old.boot.Incarnation + 1
	}
	r.lives[id] = l
	r.mu.Unlock()
	joined := make(chan error)
	app := coreos.App{Name: "test", Run: func(s *coreos.OS) error {
		var err error
		l.os = s
		if int(id) >= len(r.lives)-r.apart {
			joined <- nil
			select {}
		}
		l.node, err = join(s, claim{cores: r.drivers, open: l.openCard, set: r.set})
		l.net = &Net{own{l.node}}
		joined <- err
		select {}
	}}
	go coreos.Program(app)(l)
	if err := <-joined; err != nil {
		r.t.Fatal(err)
	}
	return l
}

// kill ends a life: it never gets the lock of its loop again, so it sends nothing any more.
func (r *rig) kill(id kernel.CoreID) {
	l := r.lives[id]
	if l == nil || l.dead {
		return
	}
	l.os.Loop().Lock()
	r.mu.Lock()
	defer r.mu.Unlock()
	l.dead = true
	if r.holder == l {
		r.holder = nil
	}
	for _, other := range r.lives {
		if other != nil && !other.dead {
			other.notices = append(other.notices,
				kernel.Notice{Core: id, Incarnation: l.boot.Incarnation})
			other.wake()
		}
	}
}

// openCard opens the card, unless a living core has it.
func (l *rigLife) openCard() (card.Card, error) {
	l.rig.mu.Lock()
	defer l.rig.mu.Unlock()
	if l.rig.holder != nil {
		return nil, kernel.ErrTaken
	}
	l.rig.holder = l
	return l.rig.wire.Card(l.wake), nil
}

func (l *rigLife) wake() {
	select {
	case l.kicked <- struct{}{}:
	default:
	}
}

// The driver of a rigLife's core.

func (l *rigLife) Boot() kernel.BootInfo { return l.boot }
func (l *rigLife) Now() kernel.Instant   { return kernel.Instant(time.Since(epoch())) }

// epoch is when the clock of all rigs starts.
func epoch() time.Time { return time.Unix(1700000000, 0) }

func (l *rigLife) Window(peer kernel.CoreID) ([]byte, error) {
	l.rig.mu.Lock()
	defer l.rig.mu.Unlock()
	ends := [2]kernel.CoreID{min(l.boot.Core, peer), max(l.boot.Core, peer)}
	if l.rig.windows[ends] == nil {
		l.rig.windows[ends] = make([]byte, kernel.WindowBytes) // so long that it is aligned
	}
	return l.rig.windows[ends], nil
}

func (l *rigLife) Kick(peer kernel.CoreID) {
	l.rig.mu.Lock()
	defer l.rig.mu.Unlock()
	if other := l.rig.lives[peer]; other != nil {
		other.wake()
	}
}

func (l *rigLife) Wait(deadline kernel.Instant) bool {
	timer := time.NewTimer(deadline.Sub(l.Now()))
	defer timer.Stop()
	select {
	case <-l.kicked:
		return true
	case <-timer.C:
		return false
	}
}

func (l *rigLife) Notice() (kernel.Notice, bool) {
	l.rig.mu.Lock()
	defer l.rig.mu.Unlock()
	if len(l.notices) == 0 {
		return kernel.Notice{}, false
	}
	n := l.notices[0]
	l.notices = l.notices[1:]
	return n, true
}

func (l *rigLife) Start(kernel.CoreID) error                          { return kernel.ErrForbidden }
func (l *rigLife) Stop(kernel.CoreID) error                           { return kernel.ErrForbidden }
func (l *rigLife) Epitaph(kernel.CoreID) (e kernel.Epitaph, has bool) { return e, false }
func (l *rigLife) Die(reason string)                                  { panic(reason) }

// serve makes a core answer each connection to a port with its name, and then with what it is sent.
func (l *rigLife) serve(port int) net.Listener {
	l.rig.t.Helper()
	at, err := l.net.Listen("tcp", fmt.Sprintf(":%d", port))
	if err != nil {
		l.rig.t.Fatal(err)
	}
	go func() {
		for {
			c, err := at.Accept()
			if err != nil {
				return
			}
			go echo(c, byte('0'+l.boot.Core))
		}
	}()
	return at
}

func echo(c net.Conn, name byte) {
	defer c.Close()
	b := make([]byte, 64<<10)
	b[0] = name
	for n, err := 1, error(nil); err == nil; n, err = c.Read(b) {
		if _, err := c.Write(b[:n]); err != nil {
			return
		}
	}
}
