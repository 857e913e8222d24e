package shard

// route is the way of commands from this core to the primary of one shard.
//
// The oldest runs of the queue are under way to target, in order; of these, the oldest were
// refused, since a core that refuses one refuses all behind it, until one comes that says fresh.
// When all under way are refused, or the target is dead, the route starts again. The last run takes
// more commands until it is sent.
//
//	queue:  [ refused | under way | not sent ]
//	           refused <= sent      <= count
type route struct {
	primary  int    // as far as is known; or nobody
	view     uint64 // the highest that is known
	backed   bool   // the primary has a backup
	queue    fifo[run]
	commands int // in the queue
	sent     int
	refused  int
	target   int
	base     uint64 // number of the oldest run that is under way or refused
	fresh    bool   // the next one to be sent says so
	asked    bool   // in this step
	busy     bool   // advance is at work
}

// entry is a command from above.
type entry struct {
	command []byte
	write   bool
	client  client
	index   int // by which the client knows it
}

func newRoute() route { return route{primary: nobody, target: nobody, fresh: true} }

// room tells how many commands the route takes.
func (r *route) room() int { return RequestsMax - r.commands }

// request takes a command from above, for which there is room. It is sent, or carried out, at the
// end of the step, with all others for its shard.
func (m *machine) request(shard int, e entry) {
	r := &m.routes[shard]
	if r.sent == r.queue.count || !r.queue.at(r.queue.count-1).takes(e.command) {
		r.queue.extend()
	}
	r.queue.at(r.queue.count - 1).add(e)
	r.commands++
	if !r.asked {
		r.asked = true
		m.asked = append(m.asked, shard)
	}
}

// atOnce tells whether this core carries out a command without waiting for another one, unless it
// waits for one already.
func (m *machine) atOnce(shard int, write bool) bool {
	r := &m.replicas[shard]
	switch r.role {
	case Primary:
		return !write || r.backup.core == nobody
	case Backup:
		return !write
	}
	return false
}

// advance carries out or sends what can be. What this core carries out itself comes back to it at
// once.
func (m *machine) advance(shard int) {
	r := &m.routes[shard]
	if r.busy {
		return
	}
	r.busy = true
	if r.sent == 0 {
		m.readHere(shard)
	}
	for r.sent < r.queue.count && r.refused == 0 && r.primary != nobody &&
		(r.sent == 0 || r.target == r.primary) {
		in := message{
			kind: request, shard: shard, seq: r.base + uint64(r.sent),
			body: r.queue.at(r.sent).body,
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

// replied takes replies to the oldest run.
func (m *machine) replied(from int, in *message) {
	r := &m.routes[in.shard]
	if from != r.target || r.sent == 0 || r.refused > 0 || in.seq != r.base {
		m.broken(from, in, "replies to the oldest requests")
		return
	}
	oldest, count := r.queue.at(0), 0
	owners := oldest.owners[oldest.ended:]
	reply, rest, ok := cutPiece(in.body)
	for ok && count < len(owners) {
		owners[count].end(reply, reply == nil)
		count++
		reply, rest, ok = cutPiece(rest)
	}
	if len(rest) > 0 || ok || count == 0 {
		m.broken(from, in, "as many replies as requests")
	}
	m.finish(in.shard, count)
}

// finish notes that the oldest commands, which are under way, have ended.
func (m *machine) finish(shard, count int) {
	r := &m.routes[shard]
	r.commands -= count
	if r.queue.at(0).end(count) {
		r.base++
		r.sent--
		r.queue.drop()
	}
	if r.sent == 0 {
		m.advance(shard)
	}
}

// refused takes a refusal. The run was not carried out.
func (m *machine) refused(from int, in *message) {
	r := &m.routes[in.shard]
	if from != r.target || r.refused == r.sent || in.seq != r.base+uint64(r.refused) ||
		r.queue.at(r.refused).ended > 0 {
		m.broken(from, in, "a refusal of the oldest run that has no answer")
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
	r, own := &m.routes[in.shard], &m.replicas[in.shard]
	if in.view < r.view && r.primary != nobody {
		return
	}
	if own.role == Primary && from != m.self && in.view >= own.view {
		m.broken(from, in, "no second primary")
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
	sent := r.sent
	r.commands = 0
	for i := range r.queue.count {
		run := r.queue.take()
		if i >= r.refused && i < sent {
			run.keep(readsOnly)
		}
		if len(run.owners) > 0 {
			r.commands += len(run.owners)
			r.queue.push(run)
		}
	}
	r.restart()
	m.advance(shard)
}

// readsOnly ends a command whose primary died, unless it is a read.
func readsOnly(o *owner) bool {
	if o.write {
		o.client.done(o.index, nil, ErrInDoubt)
	}
	return !o.write
}
