package shard

import "encoding/binary"

// run is messages of one kind, to one core and for one shard, that travel as one, since they differ
// only in their bodies and their numbers, which follow each other. The bodies stand one behind the
// other, each behind its length in four bytes, low byte first.
type run struct {
	head  head // of the first message
	count int
	body  []byte
}

// runs tells whether messages of a kind travel as runs, be it of one message.
func (k kind) runs() bool { return k == request || k == reply || k == replay || k == redo }

// takes tells whether the next message may have this head, and so long a body.
func (r *run) takes(h head, bodyBytes int) bool {
	return r.count > 0 && r.count < runMax && len(r.body)+lengthBytes+bodyBytes <= runBytesMax &&
		h.first == r.head.first && h.view == r.head.view && h.seq == r.head.seq+uint64(r.count)
}

// add adds a message to the run to a core for its shard, or begins a new one. So what is for one
// shard keeps its order.
func (m *machine) add(to int, msg *message) {
	p, h := &m.peers[to], msg.head()
	r := &p.runs[msg.shard]
	if !r.takes(h, len(msg.body)) {
		if r.count > 0 {
			m.close(to)
		}
		if len(p.growing) == 0 {
			m.growing = append(m.growing, to)
		}
		r.head = h
		p.growing = append(p.growing, msg.shard)
	}
	r.count++
	r.body = binary.LittleEndian.AppendUint32(r.body, uint32(len(msg.body)))
	r.body = append(r.body, msg.body...)
}

// close sends the runs to a core, in the order in which they began.
func (m *machine) close(to int) {
	p := &m.peers[to]
	for _, shard := range p.growing {
		r := &p.runs[shard]
		m.post(to, r.head, r.body)
		if r.count, r.body = 0, r.body[:0]; cap(r.body) > runBytesKept {
			r.body = nil
		}
	}
	p.growing = p.growing[:0]
}

// closeAll sends all runs that are still growing.
func (m *machine) closeAll() {
	for _, to := range m.growing {
		m.close(to)
	}
	m.growing = m.growing[:0]
}

// hearRun takes a run. What its commands will look at is asked for before they are carried out.
func (m *machine) hearRun(from int, in *message) {
	bodies, ok := cutRun(m.bodies[:0], in.body)
	m.bodies = bodies
	if !ok || in.kind == redo && !m.recall(from, in.shard) {
		m.broken(from, in, "whole bodies, and to redo what is under way to a primary")
		return
	}
	if in.kind != reply && len(bodies) > 1 {
		m.replicas[in.shard].state.Expect(bodies)
	}
	for i := 0; i < len(bodies) && m.fault == nil; i++ {
		in.body = bodies[i]
		switch in.kind {
		case request:
			m.serve(from, in)
		case reply:
			m.replied(from, in)
		default:
			m.follow(from, in)
		}
		in.seq++
	}
	clear(bodies)
}

// cutRun appends the bodies of a run. False: it is none.
func cutRun(bodies [][]byte, run []byte) (_ [][]byte, ok bool) {
	for len(run) >= lengthBytes && len(bodies) < runMax {
		end := lengthBytes + int(binary.LittleEndian.Uint32(run))
		if end > min(len(run), lengthBytes+CommandBytesMax) {
			break
		}
		bodies = append(bodies, run[lengthBytes:end])
		run = run[end:]
	}
	return bodies, len(run) == 0 && len(bodies) > 0
}

// recall puts this core's oldest requests that are under way to a primary, of which it is the
// backup, in the place of the bodies of what it is to redo; they are those that the primary has
// carried out, since answers leave in order, and redo is one. False: there are not as many.
func (m *machine) recall(from, shard int) bool {
	r, way := &m.replicas[shard], &m.routes[shard]
	if r.role != Backup || r.primary != from || way.target != from || way.refused > 0 ||
		way.sent < len(m.bodies) {
		return false
	}
	for i := range m.bodies {
		if len(m.bodies[i]) > 0 {
			return false
		}
		m.bodies[i] = way.queue.at(i).command
	}
	return true
}
