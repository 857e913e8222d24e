package shard

import (
	"encoding/binary"
	"io"
	"testing"
	"time"

	"skerry/kernel"
	"skerry/kernel/sim"
	"skerry/kernel/step"
)

// counter is a client that counts.
type counter struct{ replies, errors int }

func (c *counter) done(_ int, _ []byte, err error) {
	if c.replies++; err != nil {
		c.errors++
	}
}

// still is a State in which nothing is kept. Its snapshot has three parts.
type still struct{}

func (still) Apply(reply []byte, _ int64, _ []byte) ([]byte, bool) {
	return append(reply, '.'), true
}

func (still) Snapshot(chunk []byte, cursor uint64) ([]byte, uint64) {
	return append(chunk, '.'), (cursor + 1) % 3
}

func (still) Read(reply, _ []byte) ([]byte, bool) { return append(reply, '.'), true }

func (still) Replay(reply []byte, _ int64, _ []byte) []byte { return append(reply, '.') }

func (still) Restore([]byte) error { return nil }
func (still) Expect([][]byte)      {}
func (still) ChunkBytesMax() int64 { return 3 * CommandBytesMax }
func (still) Reset()               {}

// newLeader returns core 0 of two: it is primary of shard 0, and core 1 its learner.
func newLeader(t *testing.T) *machine {
	t.Helper()
	ids := []kernel.CoreID{0, 1}
	m := newMachine(ids, 2, 0, 0, 64, func() State { return still{} })
	m.Step(step.Event{Kind: step.Boot, Incarnation: 1}, nowhere(true))
	tellLeader(m, message{kind: hello, seq: 1})
	tellLeader(m, message{kind: answer, seq: 1})
	if r := &m.replicas[0]; r.role != Primary || r.learner.core != 1 {
		t.Fatalf("%v with learner %d: want primary, 1", r.role, r.learner.core)
	}
	return m
}

func tellLeader(m *machine, in message) {
	m.Step(step.Event{Kind: step.Message, From: 1, Body: in.append(nil)}, nowhere(true))
}

// carryOut has a primary carry out a number of writes of its own, one after the other.
func carryOut(m *machine, count int, c client) {
	for range count {
		m.begin(0, nowhere(true))
		m.request(0, entry{command: []byte("."), write: true, client: c})
		m.end()
	}
}

// A learner that is far behind holds up the primary's answers: what waits for it is bounded.
func TestLearnerHoldsUp(t *testing.T) {
	m, c := newLeader(t), new(counter)
	sent := int(m.replicas[0].learner.sent)
	carryOut(m, lagMax-sent, c)
	if c.replies != lagMax-sent {
		t.Fatalf("%d writes are answered: want all %d", c.replies, lagMax-sent)
	}
	carryOut(m, 3, c)
	if c.replies != lagMax-sent {
		t.Errorf("%d writes are answered while the learner has nothing: want %d", c.replies,
			lagMax-sent)
	}
	tellLeader(m, message{kind: ack, seq: 2}) // the part, and a write
	if c.replies != lagMax-sent+2 {
		t.Errorf("%d writes are answered after two acknowledgements: want %d", c.replies,
			lagMax-sent+2)
	}
	m.Step(step.Event{Kind: step.Death, From: 1, Incarnation: 1}, nowhere(true))
	if c.replies != lagMax-sent+3 || c.errors > 0 {
		t.Errorf("%+v after the learner's death: want %d replies", c, lagMax-sent+3)
	}
}

// wide is a State whose chunks are longer than they should be. It notes how long that is.
type wide struct {
	still
	wanted []int
}

func (w *wide) Snapshot(chunk []byte, cursor uint64) ([]byte, uint64) {
	w.wanted = append(w.wanted, cap(chunk))
	return append(chunk, make([]byte, 1000)...), (cursor + 1) % 3
}

// After a long chunk, the next one need not be as long.
func TestLongChunkIsNoExample(t *testing.T) {
	m, w := newLeader(t), new(wide)
	room := cap(m.parcel)
	m.replicas[0].state = w
	tellLeader(m, message{kind: ack, seq: 1})
	tellLeader(m, message{kind: ack, seq: 2})
	if len(w.wanted) != 2 || w.wanted[0] != room || w.wanted[1] != room {
		t.Errorf("chunks of %d bytes are wanted: want two of %d", w.wanted, room)
	}
}

// A core that has more requests under way than it may is refused, and takes no room from others.
func TestFloodIsRefused(t *testing.T) {
	m, c := newLeader(t), new(counter)
	most := lagMax - int(m.replicas[0].learner.sent) + RequestsMax
	flood := func() (taken int) {
		m.begin(0, nowhere(true))
		defer m.end()
		for ; taken < 4*most; taken++ {
			in := message{kind: request, seq: uint64(taken)}
			in.body = binary.LittleEndian.AppendUint32(nil, 1)
			in.body = append(in.body, '.')
			if m.hear(1, &in) != nil {
				break
			}
		}
		return taken
	}
	if taken := flood(); taken != most {
		t.Errorf("%d requests are taken that the learner does not acknowledge: want %d", taken,
			most)
	}
	carryOut(m, RequestsMax, c)
	m.Step(step.Event{Kind: step.Death, From: 1, Incarnation: 1}, nowhere(true))
	if c.replies != RequestsMax || c.errors > 0 {
		t.Errorf("%+v for the primary's own core: want %d replies", c, RequestsMax)
	}
}

// A core that asks and asks, and takes no answer, is refused before too many wait for it.
func TestDeafCoreIsRefused(t *testing.T) {
	m := newLeader(t)
	m.begin(0, nowhere(false))
	defer m.end()
	for range 2 * m.backlogMax {
		in := message{kind: query, body: make([]byte, 16)}
		if m.hear(1, &in) != nil {
			break
		}
	}
	if waits := len(m.peers[1].backlog); waits != m.backlogMax+1 {
		t.Errorf("%d answers wait: want %d at most", waits, m.backlogMax+1)
	}
}

// A command that a primary carries out for its own core costs no allocation, nor does one for
// another core.
func TestCommandsDoNotAllocate(t *testing.T) {
	m, c := newLeader(t), new(counter)
	tellLeader(m, message{kind: ack, seq: 1})
	tellLeader(m, message{kind: ack, seq: 2})
	if m.replicas[0].backup.core != 1 {
		t.Fatal("core 1 is not the backup")
	}
	command, seq := []byte("."), uint64(0)
	var body []byte
	hear := func(in message) {
		body = in.append(body[:0])
		in.parse(body, 2, 2)
		if err := m.hear(1, &in); err != nil {
			t.Fatal(err)
		}
	}
	if got := testing.AllocsPerRun(100, func() {
		m.begin(0, nowhere(true))
		m.request(0, entry{command: command, write: true, client: c})
		m.end()
		m.begin(0, nowhere(true))
		hear(message{kind: request, seq: seq, body: command})
		hear(message{kind: ack, seq: m.replicas[0].backup.sent})
		m.end()
		seq++
	}); got > 0 {
		t.Errorf("%v allocations for two commands: want none", got)
	}
	if c.replies != 101 || c.errors > 0 {
		t.Errorf("%+v: want 101 replies", c)
	}
}

// A learner is told of a backup only when that knows that it is one: if the primary dies, the
// learner waits for the word of the backup. (A backup that had not heard of it never gave it.)
func TestBackupKnowsBeforeLearner(t *testing.T) {
	m := newMachine([]kernel.CoreID{0, 1, 2}, 3, 0, 0, 64, func() State { return still{} })
	m.Step(step.Event{Kind: step.Boot, Incarnation: 1}, nowhere(true))
	m.Step(step.Event{Kind: step.Death, From: 2}, nowhere(true))
	hear := func(from kernel.CoreID, in message) {
		m.Step(step.Event{Kind: step.Message, From: from, Body: in.append(nil)}, nowhere(true))
	}
	hear(1, message{kind: hello, seq: 1})
	hear(1, message{kind: answer, shard: 2, seq: 1})
	hear(1, message{kind: ack, shard: 2, seq: 1})
	hear(1, message{kind: ack, shard: 2, seq: 2})
	hear(2, message{kind: hello, seq: 1})
	r := &m.replicas[2]
	if r.backup.core != 1 || r.learner.core != nobody {
		t.Fatalf("backup %d, learner %d: want 1, and none yet", r.backup.core, r.learner.core)
	}
	hear(1, message{kind: ack, shard: 2, seq: r.backup.sent})
	if r.learner.core != 2 {
		t.Errorf("learner %d when the backup knows that it is one: want 2", r.learner.core)
	}
}

// Replies that waited for a learner and for a backup are sent when the learner is the backup,
// though the old one died: it counts what it is sent anew.
func TestHeldRepliesSurviveTheirBackup(t *testing.T) {
	s := &story{t: t}
	newQuietWorld(s, newCells)
	s.die(0)
	s.net.Run(time.Millisecond)
	for range 4 { // so the old backup's stream is long
		s.crowd(1, new(counter))
		s.net.Run(time.Millisecond)
	}
	s.start(0)
	s.until(func() bool { return s.site(s.ids[0]) != nil && s.replica(0).role == Learner })
	c := new(counter)
	s.crowd(1, c)
	s.net.Run(0)
	s.crowd(0, c)
	s.until(func() bool { return s.replica(1).leaving == quiescing && s.replica(1).held.count > 0 })
	s.die(2)
	s.net.Run(100 * time.Millisecond)
	if c.replies != 2*RequestsMax {
		t.Errorf("%d of %d writes are answered: want all", c.replies, 2*RequestsMax)
	}
}

// newQuietWorld is the world of a story that no file tells: a machine that has started.
func newQuietWorld(s *story, empty func() State) {
	s.world = newWorld(sim.Config{
		Cores: 3, Seed: 2, Topology: sim.Uniform(time.Microsecond), Trace: io.Discard,
	}, 0, 1)
	s.patient, s.empty = true, empty
	s.net.Run(time.Millisecond)
}

// crowd has a core carry out as many writes as it may have under way, in one step.
func (s *story) crowd(core int, c client) {
	s.burst = nil
	for range RequestsMax {
		s.burst = append(s.burst, entry{command: []byte("set k v"), write: true, client: c})
	}
	if err := s.net.Command(s.ids[core], []byte{burst, 0}); err != nil {
		s.t.Fatal(err)
	}
}
