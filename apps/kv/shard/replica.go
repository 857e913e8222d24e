package shard

// Role is what a core is to a shard; see the package comment.
type Role uint8

// The roles.
const (
	None Role = iota
	Learner
	Backup
	Primary
)

// String returns the role's name.
func (r Role) String() string { return [...]string{"none", "learner", "backup", "primary"}[r] }

// replica is one core's copy of one shard, and its part in who holds it.
type replica struct {
	state State
	role  Role
	view  uint64 // of the role
	time  int64  // of the last command

	// Learner, Backup.
	primary int    // whom it follows; a learner may outlive it, if there is an arbiter
	seq     uint64 // messages of that one taken
	owing   bool   // an ack

	// Learner: the backup at that time, which is told of a hand-over before this core is.
	arbiter int
	// None: the core that was named at Release, and by whom, and for which view.
	heir, trustor int

	// Primary.
	backup  follower
	learner follower
	held    fifo[heldReply]
	replies []byte // of held, one behind the other, from repliesAt on
	taken   int    // bytes at the start of replies that are not held any more
	owed    []int  // by core: replies and refusals that are held for it, at most RequestsMax
	refuses []bool // by core: until it sends a fresh request
	leaving leaving
	claim   claim
}

// leaving is how far a hand-over is.
type leaving uint8

const (
	staying   leaving = iota
	quiescing         // refuses commands until all are acknowledged everywhere
	releasing         // has told the backup to let go
)

// follower is a core to which a primary forwards.
type follower struct {
	core   int    // or nobody
	sent   uint64 // messages; each is acknowledged
	acked  uint64 // 0 <= acked <= sent
	chunk  uint64 // the number of the last chunk sent
	join   uint64 // the number of the message that made it the backup
	cursor uint64 // of the snapshot, while it goes on
	whole  bool   // the snapshot was sent to its end
}

// heldReply is replies to a run, or its refusal, that wait for the followers.
type heldReply struct {
	origin int // or nobody, if it has died
	need   needs
	kind   kind
	flags  uint8
	seq    uint64 // of the run
	count  int    // of the replies in it
	bytes  int    // of these, in replies
}

// needs are acknowledgements of followers.
type needs struct{ backup, learner uint64 }

func newReplica(state State, cores int) replica {
	r := replica{state: state, refuses: make([]bool, cores), owed: make([]int, cores)}
	r.drop()
	return r
}

// drop makes it a core without a copy.
func (r *replica) drop() {
	r.state.Reset()
	r.role, r.primary, r.arbiter, r.heir, r.trustor = None, nobody, nobody, nobody, nobody
	r.backup.core, r.learner.core, r.leaving = nobody, nobody, staying
	r.owing, r.seq = false, 0
}

// serving tells whether the core carries out commands of the shard.
func (r *replica) serving() bool { return r.role == Primary && r.leaving == staying }

// pending tells whether a follower has yet to acknowledge something.
func (f *follower) pending() bool { return f.core != nobody && f.acked < f.sent }

// serve carries out a run at the primary, of another core or of this one. Replies and refusals
// leave in the order of the requests.
func (m *machine) serve(from int, in *message) {
	r := &m.replicas[in.shard]
	commands, ok := m.cutCommands(in.body)
	if !ok || r.owed[from]+len(commands) > RequestsMax {
		clear(commands)
		m.broken(from, in, "whole commands, and RequestsMax of a core at most")
		return
	}
	if in.has(fresh) {
		r.refuses[from] = false
	}
	r.refuses[from] = r.refuses[from] || !r.serving()
	if r.refuses[from] {
		out := message{kind: refuse, shard: in.shard, seq: in.seq}
		if !r.serving() {
			out.flags = away
		}
		m.answerTo(from, r.needsOf(from), &out, 1)
		clear(commands)
		return
	}
	if len(commands) > 1 {
		r.state.Expect(commands)
	}
	for rest := commands; len(rest) > 0; {
		count, changes := m.carryOut(r, rest)
		rest = rest[count:]
		all := len(changes) == len(commands)
		if all && r.canRedo(from) {
			m.tell(&r.backup, &message{kind: redo, shard: in.shard, view: uint64(r.time)})
			break
		}
		m.forward(in, changes, all)
		out := message{kind: reply, shard: in.shard, seq: in.seq, body: m.answer}
		m.answerTo(from, r.needsOf(from), &out, count)
	}
	clear(commands)
}

// carryOut carries out the first of some commands: as many as have replies that travel together.
// These are the machine's answer then. It returns how many, and, in the same memory, those that
// changed the copy.
func (m *machine) carryOut(r *replica, commands [][]byte) (count int, changes [][]byte) {
	r.time = max(r.time, m.milliseconds())
	changes = commands[:0]
	b, last := m.answer[:0], 0
	for count < len(commands) && len(b)+last <= runBytesMax {
		command, changed := commands[count], false
		count++
		b = append(b, make([]byte, lengthBytes)...)
		start := len(b)
		b, changed = r.state.Apply(b, r.time, command)
		b = endReply(b, start)
		if changed {
			changes = append(changes, command)
		}
		last = lengthBytes + len(b) - start
	}
	m.answer = b
	return count, changes
}

// canRedo tells whether a core that sent a run is the only follower, and owed no answer: then it
// carries out its requests as well, and has the answers.
func (r *replica) canRedo(from int) bool {
	return from == r.backup.core && r.learner.core == nobody && r.owed[from] == 0
}

// respond brings replies or a refusal to the core that sent the run.
func (m *machine) respond(to int, out *message) {
	switch {
	case to != m.self:
		m.send(to, out)
	case out.kind == reply:
		m.replied(to, out)
	default:
		m.refused(to, out)
	}
}

// forward has backup and learner do what changed this copy: all of a run's commands, or some.
func (m *machine) forward(in *message, changes [][]byte, all bool) {
	if len(changes) == 0 {
		return
	}
	r := &m.replicas[in.shard]
	word := message{kind: replay, shard: in.shard, view: uint64(r.time), body: in.body}
	if !all {
		m.changes = m.changes[:0]
		for _, command := range changes {
			m.changes = appendPiece(m.changes, command)
		}
		word.body = m.changes
	}
	m.tell(&r.backup, &word)
	m.tell(&r.learner, &word)
}

// tell sends a follower the next message, if there is a follower.
func (m *machine) tell(f *follower, out *message) {
	if f.core == nobody {
		return
	}
	f.sent++
	out.seq = f.sent
	m.send(f.core, out)
}

// needs returns what has to be acknowledged before an answer may leave: by the backup, all that was
// sent to it so far. A learner holds up answers only when it is far behind, so that what waits for
// it is bounded.
func (r *replica) needs() (n needs) {
	if r.backup.core != nobody {
		n.backup = r.backup.sent
	}
	if r.learner.core != nobody {
		n.learner = r.learner.sent - min(lagMax, r.learner.sent)
	}
	return n
}

// needsOf returns what has to be acknowledged before an answer to a core may leave: nothing by the
// backup if that is the one. The answer comes to it behind what it would wait for.
func (r *replica) needsOf(from int) needs {
	need := r.needs()
	if from == r.backup.core && r.owed[from] == 0 {
		need.backup = 0
	}
	return need
}

// met tells whether that was acknowledged.
func (r *replica) met(n needs) bool {
	return (r.backup.core == nobody || r.backup.acked >= n.backup) &&
		(r.learner.core == nobody || r.learner.acked >= n.learner)
}

// answerTo sends an answer, with a number of replies, as soon as what it needs is acknowledged.
func (m *machine) answerTo(from int, need needs, out *message, count int) {
	if r := &m.replicas[out.shard]; !r.met(need) {
		r.hold(from, need, out, count)
		return
	}
	m.respond(from, out)
}

// hold keeps an answer.
func (r *replica) hold(origin int, need needs, out *message, count int) {
	if r.held.count == 0 {
		r.replies, r.taken = emptied(r.replies), 0
	} else if r.taken > len(r.replies)/2 {
		r.replies, r.taken = r.replies[:copy(r.replies, r.replies[r.taken:])], 0
	}
	r.owed[origin] += count
	r.replies = append(r.replies, out.body...)
	r.held.push(heldReply{
		origin: origin, need: need, kind: out.kind, flags: out.flags, seq: out.seq,
		count: count, bytes: len(out.body),
	})
}

// free sends the answers that need not wait any more.
func (m *machine) free(shard int) {
	r := &m.replicas[shard]
	for r.held.count > 0 && r.met(r.held.at(0).need) {
		h := r.held.at(0)
		out := message{kind: h.kind, flags: h.flags, shard: shard, seq: h.seq}
		out.body = r.replies[r.taken : r.taken+h.bytes]
		r.taken += h.bytes
		origin, count := h.origin, h.count
		r.held.drop()
		if origin != nobody {
			r.owed[origin] -= count
			m.respond(origin, &out)
		}
	}
}

// acked takes an acknowledgement.
func (m *machine) acked(from int, in *message) {
	r := &m.replicas[in.shard]
	if r.role != Primary {
		return // it was one, and handed over or died: then it does not matter any more
	}
	f := &r.backup
	if f.core != from {
		f = &r.learner
	}
	if f.core != from || in.seq < f.acked || in.seq > f.sent {
		m.broken(from, in, "an acknowledgement of what was sent")
		return
	}
	f.acked = in.seq
	m.free(in.shard)
	m.tend(in.shard)
}
