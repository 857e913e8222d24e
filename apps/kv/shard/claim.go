package shard

import "encoding/binary"

// claim is a core's attempt to begin a shard that nobody holds.
type claim struct {
	open    bool
	round   uint64 // of questions; answers to an earlier one say nothing
	waiting []bool // by core: it has not answered
	left    int    // of these
	view    uint64 // the highest that anybody knows
}

// wanted tells whether this core is the one to claim a shard, as far as it knows.
func (m *machine) wanted(shard int) bool {
	r := &m.replicas[shard]
	return m.routes[shard].primary == nobody && r.role == None && r.heir == nobody && m.first(shard)
}

// first tells whether all cores before this one, from a shard's home on, are dead, and of no core
// it is unknown whether it lives.
func (m *machine) first(shard int) bool {
	for i := shard; i != m.self; i = (i + 1) % len(m.cores) {
		if m.peers[i].fate != dead {
			return false
		}
	}
	for i := range m.peers {
		if m.peers[i].fate == unheard {
			return false
		}
	}
	return true
}

// seeking tells whether there is a shard to claim.
func (m *machine) seeking() bool {
	for s := range m.routes {
		if m.routes[s].primary == nobody && m.wanted(s) {
			return true
		}
	}
	return false
}

// stopSeeking ends all rounds of questions: what the answers rest on has changed.
func (m *machine) stopSeeking() {
	for s := range m.replicas {
		m.replicas[s].claim.open = false
	}
}

// seekAll begins a round for each shard that this core may claim.
func (m *machine) seekAll() {
	for s := range m.replicas {
		if !m.replicas[s].claim.open && m.wanted(s) {
			m.seek(s)
		}
	}
}

// seek asks all living cores whether they hold a shard.
func (m *machine) seek(shard int) {
	c := &m.replicas[shard].claim
	*c = claim{open: true, round: c.round + 1, waiting: make([]bool, len(m.cores))}
	c.view = m.highest(shard)
	var deaths []byte
	for i := range m.peers {
		deaths = binary.LittleEndian.AppendUint64(deaths, m.peers[i].ended)
	}
	for to := range m.peers {
		if to != m.self && m.peers[to].fate == alive {
			c.waiting[to] = true
			c.left++
			m.send(to, &message{kind: query, shard: shard, seq: c.round, body: deaths})
		}
	}
	m.settle(shard)
}

// highest returns the highest view of a shard that is known here.
func (m *machine) highest(shard int) uint64 {
	return max(m.routes[shard].view, m.replicas[shard].view)
}

// tellHoldings answers a core that asks, for which the deaths matter that it knows of.
func (m *machine) tellHoldings(from int, in *message) {
	r := &m.replicas[in.shard]
	out := message{kind: answer, shard: in.shard, seq: in.seq, view: m.highest(in.shard)}
	if r.role != None || r.heir != nobody {
		out.flags |= holds
	}
	if len(in.body) != 8*len(m.cores) {
		m.broken(from, in, "a word for each core")
		return
	}
	for i := range m.peers {
		if i != m.self && m.peers[i].ended < binary.LittleEndian.Uint64(in.body[8*i:]) {
			out.flags |= later
		}
	}
	m.send(from, &out)
}

// answered takes an answer. One that is not "no" ends the round; the next tick begins another.
func (m *machine) answered(from int, in *message) {
	c := &m.replicas[in.shard].claim
	if !c.open || in.seq != c.round || !c.waiting[from] {
		return
	}
	if in.has(holds | later) {
		c.open = false
		return
	}
	c.waiting[from] = false
	c.left--
	c.view = max(c.view, in.view)
	m.settle(in.shard)
}

// settle claims a shard if all have answered.
func (m *machine) settle(shard int) {
	c := &m.replicas[shard].claim
	if !c.open || c.left > 0 {
		return
	}
	c.open = false
	if !m.wanted(shard) {
		return
	}
	if c.view > 0 {
		m.counts.lost++
	}
	m.replicas[shard].drop()
	m.reign(shard, c.view+1, nobody)
}
