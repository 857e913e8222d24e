package msgpass

import (
	"errors"
	"fmt"
)

// A binding joins a client at one end of a channel to a server at the other, for one interface that
// was declared for package idl. The client chooses the binding's number: end 0 takes even ones, end
// 1 odd ones, so both may do it at once. The type of each message is then number<<8 | method.
//
//	client                                        server
//	typeBind, tag = number                 -->    looks the interface up, compares versions
//	    word 0 name hash, word 1 version
//	                                       <--    typeBound, tag = number
//	                                                  word 0 answer, word 1 the server's version
//	calls, tag = call in flight            -->
//	                                       <--    replies with the same type and tag
//	one-way messages                       -->
//	                                       <--    events
//
// Bindings live as long as the epoch. A client that was bound in one epoch asks again in the next.

// Refusals of a bind, and the end of a binding.
var (
	ErrNotServed = errors.New("msgpass: the peer does not serve the interface")
	ErrVersion   = errors.New("msgpass: the peer serves another version of the interface")
	ErrDown      = errors.New("msgpass: the channel is down")
	ErrTooLong   = errors.New("msgpass: longer than the declared maximum")
)

// What the server answers to a bind.
const (
	answerBound = iota
	answerNotServed
	answerVersion
	answers
)

const bindBytes = 16

// Interface is what generated stubs tell of the declaration that they were generated from.
type Interface struct {
	Name       string   // package and type
	Version    uint64   // a hash of all that both ends must agree on
	Messages   []string // their names, by number
	ReplyBytes int      // of the longest reply
}

// id returns what names the interface in a bind: the FNV-1a hash of its name.
func (f *Interface) id() uint64 {
	h := uint64(14695981039346656037)
	for _, c := range []byte(f.Name) {
		h = (h ^ uint64(c)) * 1099511628211
	}
	return h
}

// messageName returns the name of a message of the interface, for people.
func (f *Interface) messageName(h Header) string {
	if i := int(h.Type() & methodMask); i < len(f.Messages) {
		return f.Messages[i]
	}
	return fmt.Sprintf("%s.%d", f.Name, h.Type()&methodMask)
}

// Services are the interfaces that a core serves, the same on all its channels.
type Services struct{ list []service }

type service struct {
	face   *Interface
	takers func() []Taker
	open   func(*ServerPort) Serving
}

// Add lets the interface be served: open makes the stub for each client that binds. Generated
// functions call it. Error: an interface of that name is served already.
func (s *Services) Add(face *Interface, takers func() []Taker,
	open func(*ServerPort) Serving) error {
	if s.find(face.id()) != nil {
		return fmt.Errorf("msgpass: interface %s is served already: want one server for each core",
			face.Name)
	}
	s.list = append(s.list, service{face, takers, open})
	return nil
}

func (s *Services) find(id uint64) *service {
	if s == nil {
		return nil
	}
	for i := range s.list {
		if s.list[i].face.id() == id {
			return &s.list[i]
		}
	}
	return nil
}

// Bind makes p the client's end of a binding for the interface. As soon as the channel is up, and
// again in each later epoch, the peer is asked; the states are told the outcome. Generated
// functions call it. Error: the channel has as many clients as it can have.
func (c *Channel) Bind(p *ClientPort, face *Interface, owner any, takers []Taker,
	states ClientStates) error {
	number := 2*len(c.clients) + 2 - c.link.side
	if number >= portsMax {
		return fmt.Errorf("msgpass: channel with %v has %d clients, the next one's number is %d: "+
			"want it below %d", c.peer, len(c.clients), number, portsMax)
	}
	*p = ClientPort{
		port: makePort(c, face, number, owner, takers), states: states, free: ^uint64(0),
	}
	c.clients = append(c.clients, p)
	p.ask()
	return nil
}

// accept answers a bind of the peer.
func (c *Channel) accept(number int, id, version uint64) error {
	if number <= 0 || number >= portsMax || number&1 == c.link.side || c.ports[number] != nil {
		return fmt.Errorf("%w: bind with number %d: want a free one of its own", ErrProtocol,
			number)
	}
	answer, served := answerBound, c.Services.find(id)
	face := &Interface{}
	switch {
	case served == nil:
		answer = answerNotServed
	case served.face.Version != version:
		answer, face = answerVersion, served.face
	default:
		face = served.face
	}
	p := &ServerPort{port: makePort(c, face, number, nil, nil), answers: &c.Out}
	if !p.answerBind(answer) || answer != answerBound {
		return nil
	}
	serving := served.open(p)
	p.port = makePort(c, face, number, serving.Owner, served.takers())
	p.out, p.left = &c.Out, serving.Left
	c.ports[number] = &p.port
	c.servers = append(c.servers, p)
	serving.Joined()
	return nil
}

// settle takes the peer's answer to a bind.
func (c *Channel) settle(number int, answer, version uint64) error {
	i := (number - 2 + c.link.side) / 2
	if number <= 0 || number&1 != c.link.side || i >= len(c.clients) || answer >= answers ||
		c.clients[i].state != asked {
		return fmt.Errorf("%w: answer %d to bind %d: want one to a question", ErrProtocol, answer,
			number)
	}
	c.clients[i].settle(answer, version)
	return nil
}
