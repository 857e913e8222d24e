// Package flow decides which core the packets of a machine's network are for.
//
// A flow belongs to one core, from its first packet to its last. A new one goes to one of the cores
// that listen on its port, chosen by a hash of its addresses and ports (Listeners); a flow that a
// core has answered is noted (Table), and stays where it is, whoever listens later. A packet of a
// flow that nobody noted goes where a new one would: so a table may forget, and a new one may begin
// empty.
//
// When a core dies, its flows of TCP are reset: their other ends are sent what they accept as the
// end of the connection (Table.Bury).
package flow

import (
	"skerry/coreos/net/packet"
	"skerry/kernel"
)

// Flow is what is known of one flow.
type Flow struct {
	packet.Key
	core       kernel.CoreID
	class      class
	seen       kernel.Instant // when its last packet passed
	prev, next *Flow          // in the list of its class

	// How far TCP is. A flow that was told of and had no packet since is not numbered.
	numbered bool
	acked    uint32 // of our bytes, what the remote end has acknowledged
	sent     uint32 // the end of our bytes
	received uint32 // the end of the remote end's bytes
	fin      [2]bool
}

// class is a kind of flow; each has a list of its own, and limits.
type class uint8

const (
	brief   class = iota // TCP that is not yet established, or is over
	lasting              // TCP that is established
	datagram
	ended // of a dead core
	classes
)

// The two directions of a flow.
const (
	inbound = iota
	outbound
)

// list holds flows in the order in which packets of theirs were last seen.
type list struct {
	first, last *Flow
	count       int
}

func (l *list) push(f *Flow) {
	f.prev, f.next = l.last, nil
	if l.last == nil {
		l.first = f
	} else {
		l.last.next = f
	}
	l.last = f
	l.count++
}

func (l *list) remove(f *Flow) {
	if f.prev == nil {
		l.first = f.next
	} else {
		f.prev.next = f.next
	}
	if f.next == nil {
		l.last = f.prev
	} else {
		f.next.prev = f.prev
	}
	f.prev, f.next = nil, nil
	l.count--
}
