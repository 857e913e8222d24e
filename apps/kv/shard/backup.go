package shard

// What a core does that follows a primary, or did.

// follow takes a message of a primary. One that is not of the primary which the core follows is an
// old one, of a core that has died since.
func (m *machine) follow(from int, in *message) {
	r := &m.replicas[in.shard]
	switch {
	case in.kind == learn:
		m.learn(from, in)
	case in.kind == take:
		m.succeed(from, in)
	case r.role != Learner && r.role != Backup || from != r.primary:
	case in.kind == release:
		m.release(from, in)
	case in.seq != r.seq+1:
		m.broken(from, in, "the next one")
		r.drop()
	default:
		r.seq++
		m.owe(in.shard)
		m.learnMore(from, in)
	}
}

// learn begins a copy.
func (m *machine) learn(from int, in *message) {
	r := &m.replicas[in.shard]
	if in.view < r.view || r.role == Primary || r.role == Backup {
		return
	}
	r.drop()
	r.role, r.view, r.primary = Learner, in.view, from
	if in.core != nobody && m.peers[in.core].ended < in.seq {
		r.arbiter = in.core
	}
}

// learnMore takes a part of the copy, or a change of it.
func (m *machine) learnMore(from int, in *message) {
	r := &m.replicas[in.shard]
	switch in.kind {
	case chunk:
		if err := r.state.Restore(in.body); err != nil {
			m.broken(from, in, "a chunk: "+err.Error())
			r.drop()
		}
	case replay:
		commands, ok := m.cutCommands(in.body)
		if !ok {
			clear(commands)
			m.broken(from, in, "whole commands")
			r.drop()
			return
		}
		m.again(r, in.time(), commands, nil)
	case redo:
		way := &m.routes[in.shard]
		if r.role != Backup || way.target != from || way.refused > 0 || way.sent == 0 ||
			way.queue.at(0).ended > 0 {
			m.broken(from, in, "to redo what is under way to a primary")
			r.drop()
			return
		}
		oldest := way.queue.at(0)
		commands, _ := m.cutCommands(oldest.body)
		m.again(r, in.time(), commands, oldest.owners)
		m.finish(in.shard, len(commands))
	case join:
		r.role, r.view, r.arbiter = Backup, in.view, nobody
	}
}

// again carries out what has changed the primary's copy. If these were this core's own requests,
// the replies, which are the primary's, go to their owners.
func (m *machine) again(r *replica, time int64, commands [][]byte, owners []owner) {
	r.time = max(r.time, time)
	if len(commands) > 1 {
		r.state.Expect(commands)
	}
	for i, command := range commands {
		m.answer = r.state.Replay(m.answer[:0], time, command)
		if owners != nil {
			owners[i].end(m.answer, len(m.answer) > CommandBytesMax)
		}
	}
	clear(commands)
}

// owe notes that an acknowledgement is to be sent at the end of the step.
func (m *machine) owe(shard int) {
	if r := &m.replicas[shard]; !r.owing {
		r.owing = true
		m.owing = append(m.owing, shard)
	}
}

// acknowledge sends an acknowledgement, unless it is not owed any more.
func (m *machine) acknowledge(shard int) {
	r := &m.replicas[shard]
	if r.owing {
		r.owing = false
		m.send(r.primary, &message{kind: ack, shard: shard, seq: r.seq})
	}
}

// readHere carries out reads at a backup, if no other command is before them. All that was
// acknowledged is in its copy, and what is in it without being acknowledged yet cannot be lost: the
// primary has it as well. A read whose reply depends on the time, the primary has to do, and with
// it all that are behind it.
func (m *machine) readHere(shard int) {
	r, way := &m.replicas[shard], &m.routes[shard]
	for r.role == Backup && way.queue.count > 0 {
		oldest := way.queue.at(0)
		count := m.read(r, oldest)
		way.commands -= count
		if !oldest.end(count) {
			oldest.keep(func(*owner) bool { return true }) // the rest is to be sent
			return
		}
		way.queue.drop()
	}
}

// read carries out the reads at the head of a run, and tells how many.
func (m *machine) read(r *replica, oldest *run) (count int) {
	reads := oldest.reads()
	if reads == 0 {
		return 0
	}
	commands, _ := m.cutCommands(oldest.body)
	if reads > 1 {
		r.state.Expect(commands[:reads])
	}
	for timeless := true; count < reads; count++ {
		m.answer, timeless = r.state.Read(m.answer[:0], commands[count])
		if !timeless {
			break
		}
		oldest.owners[count].end(m.answer, len(m.answer) > CommandBytesMax)
	}
	clear(commands)
	return count
}

// release lets go of a backup's copy.
func (m *machine) release(from int, in *message) {
	r := &m.replicas[in.shard]
	if r.role != Backup {
		return
	}
	r.drop()
	r.heir, r.trustor, r.view = in.core, from, in.view
	m.send(from, &message{kind: released, shard: in.shard, view: in.view})
}

// succeed takes a hand-over: from the primary, or, if that died meanwhile, from the backup that had
// let go.
func (m *machine) succeed(from int, in *message) {
	r := &m.replicas[in.shard]
	switch {
	case r.role != Learner && r.role != Backup || in.view <= r.view:
	case from == r.primary && in.has(backed):
		m.reign(in.shard, in.view, from)
	case from == r.arbiter && in.view == r.view+1:
		m.reign(in.shard, in.view, nobody)
	}
}

// survive takes the death of a core.
func (m *machine) survive(shard, who int) {
	r := &m.replicas[shard]
	r.refuses[who], r.owed[who] = false, 0
	for i := range r.held.count {
		if h := r.held.at(i); h.origin == who {
			h.origin = nobody
		}
	}
	switch r.role {
	case None:
		m.execute(shard, who)
	case Learner:
		m.orphan(shard, who)
	case Backup:
		if who == r.primary {
			m.counts.promoted++
			m.reign(shard, r.view+1, nobody)
		}
	case Primary:
		m.bereave(shard, who)
	}
}

// execute carries out the will of a primary that died after its backup had let go.
func (m *machine) execute(shard, who int) {
	r := &m.replicas[shard]
	if r.heir != nobody && who == r.trustor {
		m.send(r.heir, &message{kind: take, shard: shard, view: r.view})
	}
	if who == r.trustor || who == r.heir {
		r.heir, r.trustor = nobody, nobody
	}
}

// orphan takes a death at a learner: without a primary, its copy is worth nothing, unless the
// arbiter says so.
func (m *machine) orphan(shard, who int) {
	r := &m.replicas[shard]
	if who == r.primary {
		r.primary, r.owing = nobody, false
	}
	if who == r.arbiter {
		r.arbiter = nobody
	}
	if r.primary == nobody && r.arbiter == nobody {
		r.drop()
	}
}

// forget takes the word that a core is primary: what was kept for the case that another one is has
// no use any more.
func (m *machine) forget(shard int, in *message, from int) {
	r := &m.replicas[shard]
	if in.view < r.view {
		return
	}
	if r.role == Learner && from != r.primary && in.view > r.view {
		r.drop()
	}
	if r.role == None {
		r.heir, r.trustor = nobody, nobody
	}
}
