package msgpass

import (
	"fmt"

	"skerry/kernel"
)

// Dispatch receives up to limit messages and hands each to the stub that it is for. The core's loop
// calls it for a channel that WaitSet returned. It tells how many messages it received. Error: the
// peer broke the protocol, and the channel is down.
//
// A handler may do anything with the channel but call Dispatch.
func (c *Channel) Dispatch(limit int) (count int, err error) {
	if c.late {
		c.catchUp()
	}
	for ; count < limit && err == nil; count++ {
		l, h := c.In.Peek()
		if h == 0 {
			break
		}
		p, method := c.ports[h>>8%portsMax], h&methodMask
		if p == nil || p.kind != h&numberMask || int(method) >= len(p.takers) {
			err = c.control(l, h)
			continue
		}
		if c.Tracer != nil {
			p.trace(false, h)
		}
		err = p.takers[method](p.owner, c, l, h)
	}
	if err != nil && c.fault == nil {
		err = c.Fail(err)
	}
	if c.fault != nil { // a handler's reply was one too many
		err, c.fault = c.fault, nil
	}
	return count, err
}

// control takes a message of the channel itself, or one with a header that is not sound.
func (c *Channel) control(l *Line, h Header) error {
	switch {
	case !h.sound():
	case h.Type() == typeGrow && c.In.follow():
		return nil
	case h.Type() == typeBind && h.Size() == bindBytes:
		id, version := l[0], l[1]
		c.In.Release(l)
		return c.accept(int(h.Tag()), id, version)
	case h.Type() == typeBound && h.Size() == bindBytes:
		answer, version := l[0], l[1]
		c.In.Release(l)
		return c.settle(int(h.Tag()), answer, version)
	}
	return fmt.Errorf("%w: header %#x: want a type that is bound", ErrProtocol, uint64(h))
}

// bindings are the bindings of a channel.
type bindings struct {
	// Services are the interfaces that the peer may bind; nil: none.
	Services *Services
	// Tracer is told of each message of a binding that is sent or received, unless it is nil.
	Tracer func(Trace)

	ports     [portsMax]*port // those that are bound, by number
	clients   []*ClientPort   // all, in the order of their numbers
	servers   []*ServerPort   // those that are bound
	waiting   []*ServerPort   // those with a backlog that is not empty
	late      bool            // something waits for room: see catchUp
	unserved  bool            // a client was refused what the peer may serve later
	askAt     kernel.Instant  // when these ask again at the earliest
	fault     error           // of a channel that was dropped in a handler
	refusing  Sender          // out of ports that are not bound
	outgoing  [MessageBytesMax]byte
	incoming  [MessageBytesMax]byte
	lostCalls [CallsMax]uint32
}

// catchUp sends what had to wait for room: replies and binds.
func (c *Channel) catchUp() {
	c.late = false
	waiting := c.waiting
	c.waiting = c.waiting[:0]
	for _, p := range waiting {
		if !p.drain() {
			c.waiting = append(c.waiting, p)
			c.late = true
		}
	}
	c.askAll()
}

// askAll asks for the bindings that were not asked for yet.
func (c *Channel) askAll() {
	for _, p := range c.clients {
		if p.state == unasked {
			p.ask()
		}
	}
}

// askAgain asks, now and then, for what the peer did not serve: apps of a core begin to serve when
// they like.
func (c *Channel) askAgain() {
	now := c.core.Now()
	if now < c.askAt {
		return
	}
	c.unserved, c.askAt = false, now.Add(askAfter)
	for _, p := range c.clients {
		p.AskAgain()
	}
}

// unbind ends all bindings of an epoch.
func (c *Channel) unbind() {
	servers := c.servers
	c.ports, c.servers, c.waiting, c.late = [portsMax]*port{}, nil, nil, false
	for _, p := range servers {
		p.down()
	}
	for _, p := range c.clients {
		p.down()
	}
}
