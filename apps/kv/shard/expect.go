package shard

// What comes in a batch is looked at twice: first the copies are told which commands will come, and
// then these are carried out. So are runs: see hearRun.

// expect notes that a command for a shard is about to come.
func (m *machine) expect(shard int, command []byte) {
	r := &m.replicas[shard]
	if len(r.coming) == 0 {
		m.coming = append(m.coming, shard)
	}
	r.coming = append(r.coming, command)
}

// prepare tells the copies of what is expected. A single command is faster without.
func (m *machine) prepare() {
	for _, s := range m.coming {
		r := &m.replicas[s]
		if len(r.coming) > 1 {
			r.state.Expect(r.coming)
		}
		clear(r.coming)
		r.coming = r.coming[:0]
	}
	m.coming = m.coming[:0]
}
