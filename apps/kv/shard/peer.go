package shard

import (
	"bytes"
	"slices"
)

// fate is what is known of a core.
type fate uint8

const (
	unheard fate = iota // it has not said Hello to this life, and may live
	alive
	dead
)

// peer is what is known of another core.
type peer struct {
	fate    fate
	life    uint64   // the present one, if it is alive
	ended   uint64   // the last life that is known to be over
	backlog []letter // messages that wait for room
}

// letter is a message on its way.
type letter struct {
	head head
	body []byte
}

// greet says Hello to all others.
func (m *machine) greet(life uint64) {
	m.peers[m.self] = peer{fate: alive, life: life, ended: life - 1}
	for to := range m.cores {
		m.send(to, &message{kind: hello, seq: life, view: uint64(m.clock), flags: ask})
	}
	m.seekAll()
}

// meet takes a Hello. The new core is told of which shards this one is primary.
func (m *machine) meet(from int, in *message) {
	p := &m.peers[from]
	if p.fate == alive && p.life != in.seq || in.seq <= p.ended {
		m.broken(from, in, "a life that goes on")
		return
	}
	m.clock = max(m.clock, in.time())
	known := p.fate == alive
	p.fate, p.life, p.ended = alive, in.seq, in.seq-1
	if in.has(ask) {
		hello := message{kind: hello, seq: m.peers[m.self].life, view: uint64(m.clock)}
		m.send(from, &hello)
	}
	if known {
		return
	}
	for s := range m.replicas {
		if m.replicas[s].serving() {
			m.announceTo(from, s)
		}
		m.tend(s)
	}
	m.stopSeeking()
	m.seekAll()
}

// bury takes the word that a life of a core is over, or that it never began one (0).
func (m *machine) bury(who int, life uint64) {
	if who == nobody || who == m.self || m.peers[who].fate == alive && m.peers[who].life > life {
		return
	}
	p := &m.peers[who]
	if len(p.backlog) > 0 {
		m.stuck--
	}
	*p = peer{fate: dead, ended: max(p.ended, life)}
	for s := range m.replicas {
		m.survive(s, who)
	}
	for s := range m.routes {
		m.lose(s, who)
	}
	m.stopSeeking()
	m.seekAll()
}

// send sends a message to a core that may be alive. If there is no room, it waits; how many can
// wait is bounded by RequestsMax.
func (m *machine) send(to int, msg *message) {
	p := &m.peers[to]
	if to == m.self || p.fate == dead || p.fate == unheard && msg.kind != hello {
		return
	}
	head := msg.head()
	if len(p.backlog) == 0 && m.out.put(to, head, msg.body) {
		return
	}
	if len(p.backlog) == 0 {
		m.stuck++
	}
	p.backlog = append(p.backlog, letter{head, bytes.Clone(msg.body)})
}

// retry sends what waits for room.
func (m *machine) retry() {
	for to := range m.peers {
		p := &m.peers[to]
		sent := 0
		for sent < len(p.backlog) && m.out.put(to, p.backlog[sent].head, p.backlog[sent].body) {
			sent++
		}
		if sent > 0 {
			p.backlog = slices.Delete(p.backlog, 0, sent)
			if len(p.backlog) == 0 {
				m.stuck--
			}
		}
	}
}

// after returns the first living core behind a core in the ring, other than this one; nobody if
// there is none.
func (m *machine) after(core int) int {
	for i := 1; i <= len(m.cores); i++ {
		if c := (core + i) % len(m.cores); c != m.self && m.peers[c].fate == alive {
			return c
		}
	}
	return nobody
}
