package sim

import (
	"fmt"

	"skerry/kernel"
	"skerry/kernel/step"
)

// outbox takes what one core says during one step.
type outbox struct {
	net  *Net
	core kernel.CoreID
	open bool
}

// Send puts a message on its way. A machine that sends to itself, or too much at once, has a bug.
func (o *outbox) Send(to kernel.CoreID, body []byte) bool {
	o.mustBeOpen()
	if to == o.core || len(body) > BodyMax {
		panic(fmt.Sprintf("sim: %v sends %d bytes to %v: want another core and %d bytes at most",
			o.core, len(body), to, BodyMax))
	}
	n, receiver := o.net, o.net.place(to)
	if receiver.machine == nil {
		n.trace.note(n.now, lost, o.core, to, 0, body)
		return true
	}
	c := n.channel(o.core, to)
	if c.waiting == n.cfg.Ring {
		n.trace.note(n.now, refused, o.core, to, 0, body)
		return false
	}
	c.waiting++
	c.last = max(c.last, n.later(n.cfg.Topology(o.core, to)))
	n.trace.note(n.now, sent, o.core, to, 0, body)
	n.queue.push(event{
		at: c.last, kind: step.Message, core: to, life: c.to, from: o.core, past: c.from,
		body: append([]byte(nil), body...),
	})
	return true
}

// SetAlarm asks for a tick, after this step at the earliest.
func (o *outbox) SetAlarm(at kernel.Instant) {
	o.mustBeOpen()
	n, p := o.net, o.net.place(o.core)
	p.alarm++
	if at == kernel.Forever {
		return
	}
	at = max(at, n.now+1).Add(upTo(n.delays, n.cfg.Faults.Jitter))
	n.queue.push(event{at: at, kind: step.Tick, core: o.core, life: p.life, past: p.alarm})
}

// mustBeOpen panics when a machine uses the outbox of an earlier step.
func (o *outbox) mustBeOpen() {
	if !o.open {
		panic(fmt.Sprintf("sim: %v uses an outbox after its step: want it during the step", o.core))
	}
}

// channel returns the channel between the present lives of two cores; one of earlier lives is over.
func (n *Net) channel(from, to kernel.CoreID) *channel {
	sender, receiver := n.place(from), n.place(to)
	if sender.out == nil {
		sender.out = make([]channel, n.cfg.Cores)
	}
	c := &sender.out[to.Index()]
	if c.from != sender.life || c.to != receiver.life {
		*c = channel{from: sender.life, to: receiver.life}
	}
	return c
}

// arrive brings a message to its receiver, unless one of the two lives is over for the other.
func (n *Net) arrive(e event) {
	receiver := n.place(e.core)
	if receiver.machine == nil || receiver.life != e.life || receiver.lastEnded(e.from) >= e.past {
		n.trace.note(n.now, missed, e.core, e.from, 0, e.body)
		return
	}
	if c := &n.place(e.from).out[e.core.Index()]; c.from == e.past && c.to == e.life {
		c.waiting--
	}
	n.happen(e)
}
