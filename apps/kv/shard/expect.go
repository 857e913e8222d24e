package shard

// What comes in a batch, or in a part of a stream, is looked at twice: first the copies are told
// which commands will come, and then these are carried out.

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

// expect looks ahead at the commands that a part of the stream holds as a whole.
func (l *link) expect(part []byte) {
	m := l.node.machine
	for rest := l.behind(part); len(rest) >= lengthBytes; {
		size, err := sizeOf(rest)
		end := lengthBytes + size
		if err != nil || end > len(rest) {
			break
		}
		var in message
		if in.parse(rest[lengthBytes:end], len(m.replicas), len(m.cores)) &&
			(in.kind == request || in.kind == replay) {
			m.expect(in.shard, in.body)
		}
		rest = rest[end:]
	}
	m.prepare()
}

// behind returns what follows the end of the message that is not complete yet.
func (l *link) behind(part []byte) []byte {
	if len(l.in) == 0 {
		return part
	}
	missing, err := l.missing()
	if err != nil || len(l.in) < lengthBytes || missing > len(part) {
		return nil
	}
	return part[missing:]
}
