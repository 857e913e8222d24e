package coreos

import (
	"errors"
	"fmt"
	"sync"

	"skerry/kernel"
	"skerry/msgpass"
)

// dispatchMax bounds the messages that one turn handles, and so the time until the loop looks after
// the lives of its peers again.
const dispatchMax = 64

// Loop is the heart of a core: it owns the channels to other cores and waits on them. One
// goroutine, coreos's or that of an app with OwnsLoop, calls Serve, or Turn again and again; each
// turn does a bounded amount of work.
//
// Whoever uses a channel holds the loop's lock. Turn and Serve give it up while they wait; handlers
// run under it; blocking clients take it themselves.
type Loop struct {
	sync.Mutex
	core     kernel.Core
	services msgpass.Services
	set      *msgpass.WaitSet
	channels map[kernel.CoreID]*msgpass.Channel
	order    []*msgpass.Channel // the same, ascending: no map order reaches a message
	dead     []kernel.Notice    // deaths whose last messages are still being received
	watchers []func(Turn)       // see OS.Watch
	turns    int                // picks the channel to check
	messages uint64             // dispatched
	faults   []error            // that no turn has told yet
}

// Turn is what one turn of the loop brought.
type Turn struct {
	// Ready is a channel that holds a message, or nil: that always if there are deaths, so that no
	// message of a next life is handled before what the turn has to tell of the last one.
	Ready *msgpass.Channel
	// Up are the channels that came up.
	Up []*msgpass.Channel
	// Deaths are the cores that died; their channels went down. The driver's word may be late: then
	// earlier turns have brought the next life up, and messages of it, and that channel stays up.
	Deaths []Death
	// Faults are the errors of peers that cannot be talked to.
	Faults []error
}

// Death is the end of a peer's life, after its last messages were received.
type Death struct {
	kernel.Notice
	Lost int // lines sent to it that it did not release: done or not, nobody knows
}

func newLoop(core kernel.Core) (*Loop, error) {
	boot := core.Boot()
	l := &Loop{
		core: core, set: msgpass.NewWaitSet(core),
		channels: make(map[kernel.CoreID]*msgpass.Channel, len(boot.Cores)),
	}
	for _, peer := range boot.Cores {
		if peer == boot.Core {
			continue
		}
		c, err := msgpass.Open(core, peer)
		if errors.Is(err, kernel.ErrNoWindow) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("coreos: channel to %v: %w", peer, err)
		}
		if err := l.set.Add(c); err != nil {
			return nil, fmt.Errorf("coreos: channel to %v: %w", peer, err)
		}
		c.Services = &l.services
		l.channels[peer] = c
		l.order = append(l.order, c)
	}
	l.set.Share(l)
	return l, nil
}

// Services returns the interfaces that this core serves to all others. Whoever adds one holds the
// lock.
func (l *Loop) Services() *msgpass.Services { return &l.services }

// Channel returns the channel to a peer, or nil if there is none: no such core, or no window.
func (l *Loop) Channel(peer kernel.CoreID) *msgpass.Channel { return l.channels[peer] }

// AddSource lets the loop poll something besides channels: each turn, and before it sleeps. The
// caller holds the lock.
func (l *Loop) AddSource(s msgpass.Source) { l.set.AddSource(s) }

// Turn waits until a message can be received, a core dies, a channel comes up, or the deadline
// passes. It returns at once if there is something to tell. The caller holds the lock.
func (l *Loop) Turn(deadline kernel.Instant) Turn {
	var t Turn
	l.tend(&t, false)
	for t.quiet() && l.core.Now() < deadline {
		t.Ready = l.set.Wait(deadline)
		l.tend(&t, t.Ready == nil)
	}
	if len(t.Deaths) > 0 {
		t.Ready = nil // the next turn finds it again
	}
	return t
}

// Serve runs the loop: it hands messages to the stubs that they are for, and what else a turn
// brings to tell, until tell returns false. The caller does not hold the lock; tell runs under it.
func (l *Loop) Serve(tell func(Turn) bool) {
	l.Lock()
	defer l.Unlock()
	for goOn := true; goOn; {
		t := l.Turn(kernel.Forever)
		l.Dispatch(&t)
		if !t.quiet() {
			goOn = tell(t)
		}
	}
}

// Dispatch hands messages of the turn's ready channel, a bounded number, to the stubs that they are
// for, and tells how many. A fault of the peer is added to the turn's.
func (l *Loop) Dispatch(t *Turn) int {
	if t.Ready == nil {
		return 0
	}
	count, err := t.Ready.Dispatch(dispatchMax)
	l.messages += uint64(count)
	if err != nil {
		t.Faults = append(t.Faults, err)
	}
	t.Ready = nil
	return count
}

// Hear dispatches a bounded number of messages in place of the loop, if that sleeps: it wakes up
// when nobody else is ready to run, and other cores may wait for this one. The caller holds the
// lock, is no handler, and flushes. A fault is for the next turn to tell.
func (l *Loop) Hear() {
	if !l.set.Asleep() {
		return
	}
	t := Turn{Faults: l.faults}
	for range l.order {
		t.Ready = l.set.Poll()
		l.Dispatch(&t)
	}
	l.faults = t.Faults
}

// Messages returns how many messages were dispatched so far. The caller holds the lock.
func (l *Loop) Messages() uint64 { return l.messages }

// Flush lets peers that sleep know of messages sent; Turn does it before it waits.
func (l *Loop) Flush() { l.set.Flush() }

// Asleep tells whether the loop waits for a kick. Else it flushes soon, for all who sent meanwhile.
// The caller holds the lock.
func (l *Loop) Asleep() bool { return l.set.Asleep() }

func (t *Turn) quiet() bool {
	return t.Ready == nil && len(t.Up) == 0 && len(t.Deaths) == 0 && len(t.Faults) == 0
}

// tend looks after the lives of the peers. A kick without a message may tell of a connection that
// a peer ended, so all are looked at then; otherwise one a turn.
func (l *Loop) tend(t *Turn, all bool) {
	for n, ok := l.core.Notice(); ok; n, ok = l.core.Notice() {
		l.dead = append(l.dead, n)
	}
	t.Faults, l.faults = append(t.Faults, l.faults...), nil
	if len(l.dead) > 0 {
		l.bury(t)
	}
	l.connect(t, all)
}

// bury takes down the channels of the dead whose messages are all received. A channel may be with
// the next life already: it stays, and the messages in it are not those of the dead.
func (l *Loop) bury(t *Turn) {
	waiting := l.dead[:0]
	for _, n := range l.dead {
		c := l.channels[n.Core]
		if c == nil {
			t.Deaths = append(t.Deaths, Death{Notice: n})
			continue
		}
		if _, h := c.In.Peek(); h != 0 && !c.Outlived(n.Incarnation) {
			waiting = append(waiting, n)
			continue
		}
		t.Deaths = append(t.Deaths, Death{Notice: n, Lost: c.PeerDied(n.Incarnation)})
	}
	l.dead = waiting
}

// connect moves the channels that are down towards a connection, and checks one or all of those
// that are up.
func (l *Loop) connect(t *Turn, all bool) {
	l.turns++
	for i, c := range l.order {
		if c.Up() && !all && i != l.turns%len(l.order) {
			continue
		}
		up, err := c.Connect()
		if err != nil {
			t.Faults = append(t.Faults, err)
		}
		if up {
			t.Up = append(t.Up, c)
		}
	}
}
