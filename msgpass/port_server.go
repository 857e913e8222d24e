package msgpass

import (
	"fmt"
	"math/bits"
)

// Serving is what a generated stub is to one client: Joined is called once the client is bound,
// Left when the channel went down.
type Serving struct {
	Owner        any
	Joined, Left func()
}

// ServerPort is the server's end of a binding, one for each client.
//
// A reply is never refused: if the ring is full, it waits in a backlog, a ring in private memory.
// That is what keeps two cores that serve each other from waiting for each other: either can always
// receive. There is room for the replies to CallsMax calls; no sound client has more in flight.
type ServerPort struct {
	port
	answers *Sender // where replies go: the channel's Out, or the backlog while it is not empty
	backlog *backlog
	left    func()
	gone    bool
}

// backlog is the replies that wait for room.
type backlog struct {
	in  Sender
	out Receiver
}

// ReplySlot returns the line for a reply of one line, or nil if the client is gone.
func (p *ServerPort) ReplySlot() *Line {
	if l := p.answers.TrySlot(); l != nil {
		return l
	}
	if !p.fallBack() {
		return nil
	}
	return p.answers.TrySlot()
}

// PublishReply sends the line that ReplySlot returned, as the reply to the call with the given tag.
func (p *ServerPort) PublishReply(l *Line, method uint16, size int, tag uint32) {
	h := p.kind | MakeHeader(method, size, tag) | FlagReply
	p.answers.Publish(l, h)
	if p.channel.Tracer != nil {
		p.trace(true, h)
	}
}

// SendReply sends a reply of any size, unless the client is gone.
func (p *ServerPort) SendReply(method uint16, payload []byte, tag uint32) {
	h := p.kind | MakeHeader(method, len(payload), tag) | FlagReply
	if !p.write(p.answers, h, payload) && p.fallBack() {
		p.write(p.answers, h, payload)
	}
}

// answerBind answers the client's bind; false if the client is gone.
func (p *ServerPort) answerBind(answer int) bool {
	l := p.ReplySlot()
	if l == nil {
		return false
	}
	l[0], l[1] = uint64(answer), p.face.Version
	p.answers.Publish(l, MakeHeader(typeBound, bindBytes, uint32(p.kind>>8)))
	return true
}

// fallBack sees to it that a reply which was refused finds room in the backlog. If the backlog is
// full too, the client has more calls in flight than it may: the channel is dropped. It tells
// whether there is room.
func (p *ServerPort) fallBack() bool {
	c := p.channel
	if p.gone || !c.link.up {
		return false
	}
	full := p.backlog != nil && p.answers == &p.backlog.in
	if full || len(c.waiting) == portsMax {
		c.fault = c.Fail(fmt.Errorf("%w: %s: more than %d calls in flight", ErrProtocol,
			p.face.Name, CallsMax))
		return false
	}
	if p.backlog == nil {
		p.backlog = newBacklog(p.face.ReplyBytes)
	}
	p.answers = &p.backlog.in
	c.waiting = append(c.waiting, p)
	c.late = true
	return true
}

// newBacklog returns a backlog with room for CallsMax replies of the given size and the answer to a
// bind: a sender refuses only while less than a quarter of its ring is free.
func newBacklog(replyBytes int) *backlog {
	lines := 2 * CallsMax * Header(replyBytes<<16).lines()
	slots := 1 << bits.Len(uint(lines-1))
	mem := make([]byte, slots*LineBytes)
	return &backlog{in: makeSender(mem, nil, 0), out: makeReceiver(mem, nil, 0)}
}

// drain sends what waits in the backlog; false if some of it has to wait longer.
func (p *ServerPort) drain() bool {
	b := p.backlog
	for first, h := b.out.Peek(); h != 0; first, h = b.out.Peek() {
		to := p.channel.Out.TrySlots(h.Size())
		if to == nil {
			return false
		}
		copyPayload(to, first)
		for i := 1; i < h.lines(); i++ {
			from, _ := b.out.Further(i)
			copyPayload(p.channel.Out.Further(i), from)
		}
		p.channel.Out.PublishMessage(h)
		b.out.ReleaseMessage(h)
	}
	p.answers = &p.channel.Out
	return true
}

func copyPayload(to, from *Line) {
	for w := range PayloadWords {
		to[w] = from[w]
	}
}

// down ends the binding.
func (p *ServerPort) down() {
	p.gone = true
	p.out, p.answers = &p.channel.refusing, &p.channel.refusing
	p.left()
}
