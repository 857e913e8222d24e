package shard

// What a primary does besides serving: it looks after its backup and its learner, and hands over.

// reign makes this core the primary of a shard.
func (m *machine) reign(shard int, view uint64, backup int) {
	r := &m.replicas[shard]
	r.role, r.view, r.leaving = Primary, view, staying
	r.primary, r.arbiter, r.owing = nobody, nobody, false
	r.backup, r.learner = follower{core: backup}, follower{core: nobody}
	m.proclaim(shard)
	m.tend(shard)
}

// proclaim tells all cores who the primary is.
func (m *machine) proclaim(shard int) {
	for to := range m.peers {
		m.announceTo(to, shard)
	}
	word := m.announcement(shard)
	m.routeTo(m.self, &word)
}

func (m *machine) announceTo(to, shard int) {
	word := m.announcement(shard)
	m.send(to, &word)
}

func (m *machine) announcement(shard int) message {
	r := &m.replicas[shard]
	word := message{kind: announce, shard: shard, view: r.view}
	if r.backup.core != nobody {
		word.flags = backed
	}
	return word
}

// tend does for a shard what can be done now, if this core is its primary.
func (m *machine) tend(shard int) {
	r := &m.replicas[shard]
	if r.role != Primary {
		return
	}
	m.enlist(shard)
	m.teach(shard)
	if r.learner.core != nobody && r.learner.whole && r.backup.core == nobody {
		m.admit(shard)
	}
	m.leave(shard)
}

// enlist finds a learner, if one is wanted: the shard's home, unless it is backup already, or any
// core if there is no backup. A backup must know that it is one before a learner is told of it: if
// this core dies, the learner waits for its word.
func (m *machine) enlist(shard int) {
	r := &m.replicas[shard]
	if r.learner.core != nobody || r.leaving == releasing ||
		r.backup.core != nobody && r.backup.acked < r.backup.join {
		return
	}
	wanted := nobody
	if home := shard; home != m.self && m.peers[home].fate == alive {
		wanted = home
	} else if r.backup.core == nobody {
		wanted = m.keeper(shard)
	}
	if wanted == nobody || wanted == r.backup.core {
		return
	}
	r.learner = follower{core: wanted}
	for i := range r.held.count {
		r.held.at(i).need.learner = 0 // it was another one
	}
	first := message{kind: learn, shard: shard, view: r.view, core: r.backup.core}
	if r.backup.core != nobody {
		first.seq = m.peers[r.backup.core].life
	}
	m.send(wanted, &first)
}

// teach sends the next chunk, when the learner has the one before.
func (m *machine) teach(shard int) {
	r := &m.replicas[shard]
	f := &r.learner
	for f.core != nobody && !f.whole && f.acked >= f.chunk {
		var parcel []byte // m.parcel, but for a chunk that is longer: the next ones are not to be
		parcel, f.cursor = r.state.Snapshot(m.parcel[:0], f.cursor)
		f.whole = f.cursor == 0
		m.tell(f, &message{kind: chunk, shard: shard, body: parcel})
		f.chunk = f.sent
	}
}

// admit makes the learner, which was sent everything, the backup.
func (m *machine) admit(shard int) {
	r := &m.replicas[shard]
	r.view++
	m.tell(&r.learner, &message{kind: join, shard: shard, view: r.view})
	r.learner.join = r.learner.sent
	r.backup, r.learner = r.learner, follower{core: nobody}
	m.counts.restored++
	m.free(shard) // it does not hold up answers as a learner any more
	if r.leaving == staying {
		m.proclaim(shard)
	}
}

// leave hands the shard over to its home, if that has everything.
func (m *machine) leave(shard int) {
	r := &m.replicas[shard]
	home, third := shard, r.learner.core == shard && r.learner.whole
	if home == m.self || !third && r.backup.core != home {
		return
	}
	if r.leaving == staying {
		r.leaving = quiescing
	}
	if r.leaving == releasing || r.backup.pending() || r.learner.pending() {
		return
	}
	if third {
		r.leaving = releasing
		m.send(r.backup.core, &message{kind: release, shard: shard, view: r.view + 1, core: home})
		return
	}
	m.handOver(shard)
}

// letGo takes the word of a backup that it has let go. The heir may have died meanwhile.
func (m *machine) letGo(from int, in *message) {
	r := &m.replicas[in.shard]
	switch {
	case r.role != Primary || r.leaving != releasing || r.backup.core != from ||
		in.view != r.view+1:
	case r.learner.core == nobody:
		r.backup, r.leaving = follower{core: nobody}, staying
		r.view += 2 // the next one was promised to the dead
		m.proclaim(in.shard)
		m.tend(in.shard)
	default:
		m.handOver(in.shard)
	}
}

// handOver makes the shard's home its primary, and this core its backup. All that was sent is
// acknowledged, so no reply is held.
func (m *machine) handOver(shard int) {
	r := &m.replicas[shard]
	home := shard
	m.send(home, &message{kind: take, shard: shard, view: r.view + 1, flags: backed})
	r.role, r.view, r.leaving = Backup, r.view+1, staying
	r.primary, r.seq = home, 0
	r.backup, r.learner = follower{core: nobody}, follower{core: nobody}
}

// bereave takes the death of a core at a primary.
func (m *machine) bereave(shard, who int) {
	r := &m.replicas[shard]
	left := r.leaving
	switch who {
	case r.learner.core:
		r.learner = follower{core: nobody}
		if left == releasing {
			return // the backup lets go, but until then it reads: see letGo
		}
		r.leaving = staying
	case r.backup.core:
		r.backup = follower{core: nobody}
		for i := range r.held.count {
			r.held.at(i).need.backup = 0 // the next one counts anew
		}
		r.view++
		r.leaving = staying
		if r.learner.core == nobody || !r.learner.whole {
			break
		}
		r.leaving = min(left, quiescing)
	default:
		return
	}
	m.free(shard)
	if r.leaving == staying {
		m.proclaim(shard)
	}
	m.tend(shard)
}
