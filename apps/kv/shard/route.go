package shard

// route is the way of commands from this core to the primary of one shard.
//
// The oldest commands of the queue are under way to target, in order; of these, the oldest were
// refused, since a core that refuses one refuses all behind it, until one comes that says fresh.
// When all under way are refused, or the target is dead, the route starts again.
//
//	queue:  [ refused | under way | not sent ]
//	           refused <= sent      <= count
type route struct {
	primary int    // as far as is known; or nobody
	view    uint64 // the highest that is known
	backed  bool   // the primary has a backup
	queue   fifo[entry]
	sent    int
	refused int
	target  int
	base    uint64 // number of the oldest command that is under way or refused
	fresh   bool   // the next one to be sent says so
	busy    bool   // advance is at work
}

// entry is a command on its way.
type entry struct {
	command []byte
	write   bool
	client  client
	index   int // by which the client knows it
}

func newRoute() route { return route{primary: nobody, target: nobody, fresh: true} }

// room tells how many commands the route takes.
func (r *route) room() int { return RequestsMax - r.queue.count }

// request takes a command from above, for which there is room. It must stay as it is until it is
// done.
func (m *machine) request(shard int, e entry) {
	r := &m.routes[shard]
	if r.queue.count == 0 && !e.write && m.replicas[shard].role == Backup && m.readHere(shard, e) {
		return
	}
	r.queue.push(e)
	m.advance(shard)
}

// advance sends what can be sent. What this core carries out itself comes back to it at once.
func (m *machine) advance(shard int) {
	r := &m.routes[shard]
	if r.busy {
		return
	}
	r.busy = true
	for r.sent < r.queue.count && r.refused == 0 && r.primary != nobody &&
		(r.sent == 0 || r.target == r.primary) {
		e := r.queue.at(r.sent)
		in := message{
			kind: request, shard: shard, seq: r.base + uint64(r.sent), body: e.command,
		}
		if r.fresh {
			in.flags = fresh
		}
		r.target, r.fresh = r.primary, false
		r.sent++
		if r.target == m.self {
			m.serve(m.self, &in)
		} else {
			m.send(r.target, &in)
		}
	}
	r.busy = false
}

// replied takes a reply.
func (m *machine) replied(from int, in *message) {
	r := &m.routes[in.shard]
	if from != r.target || r.sent == 0 || r.refused > 0 || in.seq != r.base {
		m.broken(from, in, "a reply to the oldest request")
		return
	}
	m.finish(in.shard, in.body, in.has(long))
}

// finish ends the oldest command, which is under way.
func (m *machine) finish(shard int, reply []byte, long bool) {
	r := &m.routes[shard]
	e := *r.queue.at(0)
	r.drop()
	e.end(reply, long)
	if r.sent == 0 {
		m.advance(shard)
	}
}

// end tells the client of the reply to its command, if that is not too long.
func (e *entry) end(reply []byte, long bool) {
	if long {
		e.client.done(e.index, nil, ErrTooLong)
		return
	}
	e.client.done(e.index, reply, nil)
}

// drop removes the oldest command, which is under way.
func (r *route) drop() {
	r.base++
	r.sent--
	r.queue.drop()
}

// refused takes a refusal. The command was not carried out.
func (m *machine) refused(from int, in *message) {
	r := &m.routes[in.shard]
	if from != r.target || r.refused == r.sent || in.seq != r.base+uint64(r.refused) {
		m.broken(from, in, "a refusal of the oldest request that has no answer")
		return
	}
	r.refused++
	if in.has(away) && r.primary == from {
		r.primary = nobody
	}
	if r.refused == r.sent {
		r.restart()
		m.advance(in.shard)
	}
}

// restart has all commands sent again.
func (r *route) restart() {
	r.base += uint64(r.sent)
	r.sent, r.refused, r.target, r.fresh = 0, 0, nobody, true
}

// routeTo takes word of who is primary.
func (m *machine) routeTo(from int, in *message) {
	r := &m.routes[in.shard]
	if in.view < r.view && r.primary != nobody {
		return
	}
	r.primary, r.view, r.backed = from, max(r.view, in.view), in.has(backed)
	m.forget(in.shard, in, from)
	m.advance(in.shard)
}

// lose takes the death of a core: what was under way to it is done or not. Reads are sent again.
func (m *machine) lose(shard, who int) {
	r := &m.routes[shard]
	if r.primary == who {
		r.primary, r.backed = nobody, false
	}
	if r.target != who {
		return
	}
	sent, rest := r.sent, r.queue.count
	for i := range rest {
		e := *r.queue.at(0)
		r.queue.drop()
		if i >= r.refused && i < sent && e.write {
			e.client.done(e.index, nil, ErrInDoubt)
			continue
		}
		r.queue.push(e)
	}
	r.restart()
	m.advance(shard)
}
