package shard

// spare tells whether a core is the home of no shard.
func (m *machine) spare(core int) bool { return core >= len(m.replicas) }

// keeper returns the core that is to keep a copy of a shard beside this one: a living spare, or
// else the next living core; nobody if there is none.
func (m *machine) keeper(shard int) int {
	spares := len(m.cores) - len(m.replicas)
	for i := range spares {
		c := len(m.replicas) + (shard+i)%spares
		if c != m.self && m.peers[c].fate == alive {
			return c
		}
	}
	return m.after(m.self)
}

// duty tells whether this core takes clients. A spare does so from when all cores that are no
// spares are dead, until one of them is the primary of a shard.
func (m *machine) duty() bool {
	if !m.spare(m.self) {
		return true
	}
	if m.serves {
		return !m.relieved()
	}
	for i := range m.replicas {
		if m.peers[i].fate != dead {
			return false
		}
	}
	return true
}

// relieved tells whether a core that is no spare is the primary of a shard.
func (m *machine) relieved() bool {
	for i := range m.routes {
		if p := m.routes[i].primary; p != nobody && !m.spare(p) {
			return true
		}
	}
	return false
}
