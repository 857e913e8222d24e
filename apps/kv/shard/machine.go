package shard

import (
	"fmt"
	"math"

	"skerry/kernel"
	"skerry/kernel/step"
	"skerry/msgpass"
)

// machine is one core's part in all shards: a step machine. Commands from above come by request, or
// as events in tests; how they end is told to their clients.
type machine struct {
	self  int             // index of this core
	cores []kernel.CoreID // all of the store

	peers    []peer
	routes   []route   // by shard: to whom commands go
	replicas []replica // by shard: this core's copy
	clock    int64     // milliseconds to add to the machine's clock; the same on all cores

	messageBytesMax int // no other core sends a longer one
	backlogMax      int // no other core asks on while more messages wait for it

	serves bool // this core takes clients: see duty
	stuck  int  // peers to which something waits for room
	armed  bool // a tick will come
	counts counts
	fault  error // of the message that is taken

	now      kernel.Instant // of the present step
	out      outbox         // of the present step
	box      box            // out, if Step was called
	owing    []int          // shards for which an ack is owed, in the order in which it came to be
	asked    []int          // shards for which there are requests
	commands [][]byte       // of a run
	answer   []byte         // for replies
	changes  []byte         // of a run
	parcel   []byte         // for chunks
}

// counts are what is counted for people.
type counts struct {
	lost      int // shards whose copies were all lost
	promoted  int
	restored  int // learners that became backups
	malformed int // messages that no sound core sends
}

// outbox takes what the machine says. It is a step.Outbox, but that messages come in two pieces, so
// that they need not be put together first.
type outbox interface {
	// put queues a message to a core. It tells whether there was room.
	put(to int, head head, body []byte) bool
	SetAlarm(at kernel.Instant)
}

// box is a step.Outbox as an outbox.
type box struct {
	step.Outbox
	cores   []kernel.CoreID
	message []byte
}

func (b *box) put(to int, head head, body []byte) bool {
	b.message = append(head.append(b.message[:0]), body...)
	return b.Send(b.cores[to], b.message)
}

func (m *machine) boxed(out step.Outbox) outbox {
	m.box.Outbox = out
	return &m.box
}

// client is told how its commands end.
type client interface {
	// done brings the reply to a command, or why there is none. The reply is valid until it
	// returns.
	done(index int, reply []byte, err error)
}

// newMachine returns the machine of cores[self], of a store of so many shards. Clock is what its
// wall clock shows, in milliseconds, less the machine's clock; chunk is about how many bytes a
// chunk has; empty makes an empty copy.
func newMachine(cores []kernel.CoreID, shards, self int, clock int64, chunk int,
	empty func() State) *machine {
	m := &machine{
		self: self, cores: cores, clock: clock, parcel: make([]byte, 0, chunk),
		peers: make([]peer, len(cores)), routes: make([]route, shards),
		replicas: make([]replica, shards), box: box{cores: cores},
	}
	for i := range shards {
		m.routes[i] = newRoute()
		m.replicas[i] = newReplica(empty(), len(cores))
	}
	m.messageBytesMax = longest(m.replicas[0].state)
	m.backlogMax = (len(cores) + 3) * shards * RequestsMax // see limits.go
	return m
}

// longest returns how long messages may be that bring chunks, commands and replies. Their length
// has four bytes.
func longest(state State) int {
	chunk := min(state.ChunkBytesMax(), math.MaxUint32-headBytes)
	return headBytes + max(int(chunk), runBytesMax+lengthBytes+CommandBytesMax)
}

// Step takes one event.
func (m *machine) Step(in step.Event, out step.Outbox) {
	m.begin(in.Now, m.boxed(out))
	switch in.Kind {
	case step.Boot:
		m.greet(in.Incarnation)
	case step.Message:
		var msg message
		msg.parse(in.Body, len(m.replicas), len(m.cores))
		_ = m.hear(m.index(in.From), &msg) // it is counted
	case step.Death:
		m.bury(m.index(in.From), in.Incarnation)
	case step.Tick:
		m.tick()
	}
	m.end()
}

// tick takes the alarm: what waits for room is sent at the end of each step.
func (m *machine) tick() {
	m.armed = false
	m.seekAll()
}

// begin begins a step; several things may happen in one.
func (m *machine) begin(now kernel.Instant, out outbox) { m.now, m.out = now, out }

// end ends a step: what the core's duty is now, requests, acks that are owed, what waited for room,
// and an alarm if something still does.
func (m *machine) end() {
	m.serves = m.duty()
	for _, s := range m.asked {
		m.routes[s].asked = false
		m.advance(s)
	}
	m.asked = m.asked[:0]
	for _, s := range m.owing {
		m.acknowledge(s)
	}
	m.owing = m.owing[:0]
	if m.stuck > 0 {
		m.retry()
	}
	if (m.stuck > 0 || m.seeking()) && !m.armed {
		m.armed = true
		m.out.SetAlarm(m.now.Add(retryAfter))
	}
	m.out = nil
	m.answer, m.changes = emptied(m.answer), emptied(m.changes)
}

// index returns the index of a core, or nobody.
func (m *machine) index(id kernel.CoreID) int {
	for i, c := range m.cores {
		if c == id {
			return i
		}
	}
	return nobody
}

// milliseconds returns the present time.
func (m *machine) milliseconds() int64 { return int64(m.now)/1e6 + m.clock }

// hear takes a message, and hands it to what it is for. Error: no sound core sends it; then nothing
// more of that core can be trusted, until it is dead.
func (m *machine) hear(from int, in *message) error {
	kind := in.kind
	if from == nobody || from == m.self || m.peers[from].fate != alive && kind != hello ||
		len(m.peers[from].backlog) > m.backlogMax {
		kind = none
	}
	switch kind {
	case hello:
		m.meet(from, in)
	case announce:
		m.routeTo(from, in)
	case request:
		m.serve(from, in)
	case reply:
		m.replied(from, in)
	case refuse:
		m.refused(from, in)
	case learn, chunk, replay, redo, join, release, take:
		m.follow(from, in)
	case ack:
		m.acked(from, in)
	case released:
		m.letGo(from, in)
	case query:
		m.tellHoldings(from, in)
	case answer:
		m.answered(from, in)
	default:
		m.broken(from, in, "one of a core that said hello, and takes the answers")
	}
	err := m.fault
	if err != nil {
		m.fault = nil
	}
	return err
}

// broken notes that a message is none that a sound core sends.
func (m *machine) broken(from int, in *message, wanted string) {
	m.counts.malformed++
	if m.fault == nil {
		m.fault = fmt.Errorf("%w: shard: message %d, number %d, of shard %d, from core %d of the "+
			"store: want %s", msgpass.ErrProtocol, in.kind, in.seq, in.shard, from, wanted)
	}
}
