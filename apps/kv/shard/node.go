package shard

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"skerry/coreos"
	"skerry/kernel"
)

// Node is one core's part in a replicated store: it runs the machine in the core's loop, and lets
// goroutines have commands carried out. All of it is used under the loop's lock.
type Node struct {
	os       *coreos.OS
	core     kernel.Core
	loop     *coreos.Loop
	machine  *machine
	links    []*link // by index; nil: this core
	began    kernel.Instant
	timer    *time.Timer
	armed    kernel.Instant // when the timer runs; Forever: not
	now      kernel.Instant // of the present step
	unsent   bool           // something is in a stream
	stuck    bool           // and there was no room for it
	told     int            // lost shards that were logged
	gathered []*Batch       // that the first one's goroutine is about to ask for
	stalled  []*Batch       // that wait for room in a route
	relief   sync.Cond      // this core begins to take clients, or ends it
}

// New returns the node of a core, which belongs to the store. The cores of the store are given in
// the same order on each of them, and how many shards there are: shard i is at home on cores[i],
// and cores behind these are spares. Empty makes an empty copy of a shard. Errors: this core is not
// one of them, or shares no window with one of them; there are too many, or no shards, or more than
// cores; the core has a node already.
func New(s *coreos.OS, cores []kernel.CoreID, shards int, empty func() State) (*Node, error) {
	core := s.Core()
	self := slices.Index(cores, core.Boot().Core)
	if self < 0 || len(cores) > CoresMax || shards < 1 || shards > len(cores) {
		return nil, fmt.Errorf("shard: a node on %v for %d cores and %d shards: want it one of at "+
			"most %d, and a shard or more, each with a home", core.Boot().Core, len(cores), shards,
			CoresMax)
	}
	n := &Node{os: s, core: core, loop: s.Loop(), armed: kernel.Forever, began: core.Now()}
	clock := time.Now().UnixMilli() - int64(n.began)/int64(time.Millisecond)
	n.machine = newMachine(slices.Clone(cores), shards, self, clock, chunkBytes, empty)
	n.relief.L = n.loop
	n.timer = time.AfterFunc(time.Hour, n.tick)
	n.timer.Stop()
	n.loop.Lock()
	defer n.loop.Unlock()
	if err := n.join(cores); err != nil {
		return nil, err
	}
	n.step(func(m *machine) { m.greet(core.Boot().Incarnation) })
	n.arm(linkPeriod)
	return n, nil
}

// join joins the other cores.
func (n *Node) join(cores []kernel.CoreID) error {
	if err := ServeCarrier(n.loop.Services(), carrier{n}); err != nil {
		return err
	}
	n.links = make([]*link, len(cores))
	for i, id := range cores {
		if i == n.machine.self {
			continue
		}
		l := &link{node: n, index: i, id: id, channel: n.loop.Channel(id)}
		if l.channel == nil {
			return fmt.Errorf("shard: no channel to %v: want one to each core of the store", id)
		}
		n.links[i] = l
		client, err := NewCarrierClient(l.channel, l)
		if err != nil {
			return err
		}
		l.client = client
	}
	n.loop.AddSource(n)
	n.os.Watch(n.watch)
	return nil
}

// watch takes what the loop has to tell.
func (n *Node) watch(t coreos.Turn) {
	for _, d := range t.Deaths {
		i := n.machine.index(d.Core)
		if i == nobody || n.links[i].life > d.Incarnation {
			continue // not of the store, or told already: see link.meet
		}
		n.step(func(*machine) { n.links[i].bury(d.Incarnation) })
	}
}

// step does something with the machine, and then what that brings about.
func (n *Node) step(do func(*machine)) {
	n.begin()
	do(n.machine)
	n.end()
}

func (n *Node) begin() {
	n.now = n.core.Now()
	n.machine.begin(n.now, n)
}

func (n *Node) end() {
	served := n.machine.serves
	n.machine.end()
	for n.resume() { // what ended made room
		n.begin()
		n.machine.end()
	}
	if n.machine.serves != served {
		n.relief.Broadcast()
	}
	if lost := n.machine.counts.lost; lost > n.told {
		n.os.Logf("%d shards began empty: all copies of them were lost", lost-n.told)
		n.told = lost
	}
}

// Poll implements msgpass.Source: it sends what was left when there was no room, and what others
// than messages brought about.
func (n *Node) Poll() bool { return n.unsent && n.pump() }

// Arm implements msgpass.Source. Nobody kicks a core for room in a ring; the timer runs.
func (n *Node) Arm() bool { return !n.unsent || n.stuck }

// pump sends what there is room for, and tells whether there was something.
func (n *Node) pump() (sent bool) {
	n.unsent, n.stuck = false, false
	for _, l := range n.links {
		if l == nil || l.done == len(l.out) {
			continue
		}
		sent = l.pump() || sent
		n.stuck = n.stuck || l.done < len(l.out)
	}
	if n.stuck {
		n.unsent = true
		n.arm(retryAfter)
	}
	return sent
}

// put implements outbox.
func (n *Node) put(to int, head head, body []byte) bool {
	ok := n.links[to].put(head, body)
	n.unsent = n.unsent || ok
	return ok
}

// SetAlarm implements outbox.
func (n *Node) SetAlarm(at kernel.Instant) { n.arm(at.Sub(n.now)) }

// arm has the timer run in a while, or earlier.
func (n *Node) arm(in time.Duration) {
	if at := n.core.Now().Add(in); at < n.armed {
		n.armed = at
		n.timer.Reset(in)
	}
}

// tick is called by the timer.
func (n *Node) tick() {
	n.loop.Lock()
	defer n.loop.Unlock()
	n.armed = kernel.Forever
	n.step(func(m *machine) { m.tick() })
	n.pump()
	n.loop.Flush()
	if n.inspect() {
		n.arm(linkPeriod)
	}
}

// inspect looks after the links, and tells whether it has to do so again.
func (n *Node) inspect() (again bool) {
	for _, l := range n.links {
		if l == nil {
			continue
		}
		if l.refused {
			l.client.Port().AskAgain()
			l.channel.Flush()
		}
		if l.down && n.core.Now().Sub(l.since) > linkPatience {
			l.breakTie()
		}
		unknown := n.machine.peers[l.index].fate == unheard
		if unknown {
			n.seek(l)
		}
		again = again || l.refused || l.down || unknown
	}
	return again
}

// seek finds out whether a core that has not said Hello is dead: a core opens its windows before it
// does anything else, so it is if its epitaph is of the last life that did so. A core that never
// did so is given some time first.
func (n *Node) seek(l *link) {
	epitaph, died := n.core.Epitaph(l.id)
	opened := l.channel.PeerLife()
	switch {
	case died && epitaph.Incarnation >= opened:
	case opened == 0 && n.core.Now().Sub(n.began) > startPatience:
	default:
		if !l.awaited && n.core.Now().Sub(n.began) > linkPatience {
			l.awaited = true
			n.os.Logf("waits for %v: want the store on it, or word of its death", l.id)
		}
		return
	}
	n.step(func(m *machine) { m.bury(l.index, epitaph.Incarnation) })
}

// Shards returns how many shards there are.
func (n *Node) Shards() int { return len(n.machine.replicas) }

// Await waits until this core is to take clients, or until it is not to any more. One that is the
// home of a shard always is. A spare is while no core lives that is none, so that those have the
// work; see the package comment.
func (n *Node) Await(serves bool) {
	n.loop.Lock()
	defer n.loop.Unlock()
	for n.machine.serves != serves {
		n.relief.Wait()
	}
}

// NewBatch returns an empty batch.
func (n *Node) NewBatch() *Batch { return &Batch{node: n, over: make(chan struct{}, 1)} }

// Do carries out one command and returns its reply. Errors: those of Batch.Reply and Batch.Do.
func (n *Node) Do(ctx context.Context, shard int, write bool, command []byte) ([]byte, error) {
	b := n.NewBatch()
	b.Add(shard, write, command)
	if err := b.Do(ctx); err != nil {
		return nil, err
	}
	return b.Reply(0)
}

// carrier serves Carrier.
type carrier struct{ *Node }

// Joined implements CarrierServer.
func (c carrier) Joined(p *CarrierPeer) {
	if l := c.of(p); l != nil {
		c.step(func(*machine) { l.meet() })
	}
}

// Left implements CarrierServer.
func (c carrier) Left(p *CarrierPeer) {
	if l := c.of(p); l != nil {
		l.part()
	}
}

// Carry implements CarrierServer.
func (c carrier) Carry(p *CarrierPeer, part []byte) {
	l := c.of(p)
	if l == nil {
		return
	}
	c.begin()
	err := l.take(part)
	c.end()
	c.pump()
	if err != nil {
		c.os.Logf("%v", l.channel.Fail(err))
	}
}

// of returns the link to a client; nil: its core does not belong to the store.
func (c carrier) of(p *CarrierPeer) *link {
	i := c.machine.index(p.Port().Core())
	if i == nobody {
		return nil
	}
	return c.links[i]
}
