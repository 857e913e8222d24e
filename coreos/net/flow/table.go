package flow

import (
	"skerry/coreos/net/packet"
	"skerry/kernel"
)

// Table notes flows, a bounded number of them. One goroutine at a time uses it.
type Table struct {
	flows    map[packet.Key]*Flow
	recent   [recentFlows]*Flow // some of them, by ports; nil: none
	lists    [classes]list
	unreset  []*Flow // of dead cores, whose remote ends were not told yet
	Recycled uint64  // flows forgotten because there were too many

	// Lasting, if there is one, is told of each flow that is established.
	Lasting func(key packet.Key, core kernel.CoreID)
}

// limits are those of each class.
var limits = [classes]int{
	brief: briefMax, lasting: lastingMax, datagram: datagramMax, ended: endedMax,
}

// NewTable returns an empty table.
func NewTable() *Table { return &Table{flows: map[packet.Key]*Flow{}} }

// Answer is what a table knows of a packet.
type Answer uint8

// The answers.
const (
	Unknown Answer = iota // no flow: it may be a new one
	Known                 // of a flow of the core
	Dead                  // of a flow whose core is dead: it gets a reset
)

// In notes a packet that comes to the machine, and returns which core has its flow.
func (t *Table) In(p *packet.Packet, now kernel.Instant) (kernel.CoreID, Answer) {
	f := t.find(p.To())
	switch {
	case f == nil:
		return 0, Unknown
	case f.class == ended && p.Flags&packet.SYN != 0:
		t.remove(f) // its remote end knows, and begins anew
		return 0, Unknown
	case f.class == ended:
		return f.core, Dead
	}
	core := f.core
	t.note(f, p, inbound, now)
	return core, Known
}

// Out notes a packet that a core sends. It makes a flow, unless the packet is a refusal.
func (t *Table) Out(p *packet.Packet, core kernel.CoreID, now kernel.Instant) {
	key := p.From()
	f := t.find(key)
	switch {
	case f != nil && f.core == core && f.class != ended:
	case p.Protocol == packet.TCP && p.Flags&packet.RST != 0:
		return
	default:
		f = t.create(key, core, first(p), now)
		if f.class == lasting {
			t.established(f)
		}
	}
	t.note(f, p, outbound, now)
}

// find returns a flow; nil: it is not noted. One that is looked up again soon is found without its
// hash.
func (t *Table) find(key packet.Key) *Flow {
	r := &t.recent[recentAt(key)]
	if *r == nil || (*r).Key != key {
		f := t.flows[key]
		if f == nil {
			return nil
		}
		*r = f
	}
	return *r
}

// recentAt returns the place of a flow among the recent ones.
func recentAt(key packet.Key) uint8 { return packet.Place(key.RemotePort ^ key.LocalPort) }

// Find returns the core that has a flow.
func (t *Table) Find(key packet.Key) (kernel.CoreID, bool) {
	f := t.flows[key]
	if f == nil || f.class == ended {
		return 0, false
	}
	return f.core, true
}

// first returns the class of a flow whose first packet goes out. One of TCP that does not begin
// with it began before the table did, or was forgotten.
func first(p *packet.Packet) class {
	switch {
	case p.Protocol != packet.TCP:
		return datagram
	case p.Flags&packet.SYN != 0:
		return brief
	}
	return lasting
}

// Tell notes a flow of a core that began before the table did.
func (t *Table) Tell(key packet.Key, core kernel.CoreID, now kernel.Instant) {
	if f := t.flows[key]; f != nil && f.class != ended {
		return
	}
	c := lasting
	if key.Protocol != packet.TCP {
		c = datagram
	}
	t.create(key, core, c, now)
}

// Forget forgets the flows of a core, and returns them.
func (t *Table) Forget(core kernel.CoreID) (keys []packet.Key) {
	for c := range t.lists {
		for f := t.lists[c].first; f != nil; {
			next := f.next
			if f.core == core {
				keys = append(keys, f.Key)
				t.remove(f)
			}
			f = next
		}
	}
	return keys
}

// create makes a flow, in place of any other one with that key.
func (t *Table) create(key packet.Key, core kernel.CoreID, c class, now kernel.Instant) *Flow {
	if old := t.flows[key]; old != nil {
		t.remove(old)
	}
	f := &Flow{Key: key, core: core, class: c, seen: now}
	t.flows[key] = f
	t.lists[c].push(f)
	t.trim(c)
	return f
}

// trim forgets flows of a class that has too many.
func (t *Table) trim(c class) {
	for t.lists[c].count > limits[c] {
		t.remove(t.lists[c].first)
		t.Recycled++
	}
}

func (t *Table) remove(f *Flow) {
	t.lists[f.class].remove(f)
	delete(t.flows, f.Key)
	if r := &t.recent[recentAt(f.Key)]; *r == f {
		*r = nil
	}
}

// move puts a flow at the end of a list: it was seen now.
func (t *Table) move(f *Flow, c class, now kernel.Instant) {
	t.lists[f.class].remove(f)
	f.class, f.seen = c, now
	t.lists[c].push(f)
	t.trim(c)
}

// note takes down how far a flow is.
func (t *Table) note(f *Flow, p *packet.Packet, direction int, now kernel.Instant) {
	if p.Protocol != packet.TCP {
		t.move(f, f.class, now)
		return
	}
	if p.Flags&packet.RST != 0 {
		if direction == outbound || !f.numbered || p.Seq == f.received {
			t.remove(f)
		}
		return // without the number that is expected, no stack obeys: RFC 5961, section 3
	}
	if direction == outbound && p.Flags&packet.SYN != 0 {
		f.numbered, f.fin = false, [2]bool{} // perhaps after an earlier one with the same ports
	}
	agreed := direction == inbound && p.Flags&packet.ACK != 0 && f.numbered && p.Ack == f.sent
	f.count(p, direction)
	f.fin[direction] = f.fin[direction] || p.Flags&packet.FIN != 0
	c := f.class
	switch {
	case f.fin[inbound] && f.fin[outbound]:
		c = brief
	case c == brief && agreed:
		c = lasting // the remote end is there: it knows a number that we chose
		t.established(f)
	}
	t.move(f, c, now)
}

func (t *Table) established(f *Flow) {
	if t.Lasting != nil {
		t.Lasting(f.Key, f.core)
	}
}

// Of returns the keys of a core's flows that are established, the oldest first.
func (t *Table) Of(core kernel.CoreID) (keys []packet.Key) {
	for f := t.lists[lasting].first; f != nil; f = f.next {
		if f.core == core {
			keys = append(keys, f.Key)
		}
	}
	return keys
}

// count takes down the numbers of a packet.
func (f *Flow) count(p *packet.Packet, direction int) {
	if direction == outbound {
		if !f.numbered {
			f.numbered, f.sent, f.acked = true, p.Next(), p.Seq
		} else if after(p.Next(), f.sent) {
			f.sent = p.Next()
		}
		if p.Flags&packet.ACK != 0 {
			f.received = p.Ack
		}
		return
	}
	if p.Flags&packet.ACK == 0 {
		return
	}
	if !f.numbered {
		f.numbered, f.sent, f.acked = true, p.Ack, p.Ack
	}
	if !after(f.acked, p.Ack) && !after(p.Ack, f.sent) { // else it is late, or a guess
		f.acked, f.received = p.Ack, p.Next()
	}
}

// after tells whether sequence number a comes after b.
func after(a, b uint32) bool { return int32(a-b) > 0 }

// Expire forgets flows that were quiet for too long, a bounded number at a time.
func (t *Table) Expire(now kernel.Instant) {
	t.expire(brief, now.Add(-briefIdle))
	t.expire(datagram, now.Add(-datagramIdle))
	t.expire(ended, now.Add(-endedIdle))
}

func (t *Table) expire(c class, before kernel.Instant) {
	for range expireMax {
		f := t.lists[c].first
		if f == nil || f.seen >= before {
			return
		}
		t.remove(f)
	}
}

// Count returns how many flows are noted.
func (t *Table) Count() int { return len(t.flows) }
