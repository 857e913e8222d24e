package msgpass

import (
	"fmt"
	"math/bits"
)

// ClientStates is told how a client stands with its server.
type ClientStates interface {
	// Bound tells that the client may send from now on, or, with ErrNotServed or ErrVersion, that
	// it was refused. Who is not served yet asks again now and then: Bound may come again.
	Bound(err error)
	// Down tells that the channel went down. It brings the tokens of the calls that were sent and
	// not answered: they may or may not have been carried out. The slice is valid during the call.
	// It comes once for an epoch in which Bound came; that comes again when there is a next one.
	Down(lost []uint32)
}

// bindState is how far a client's binding is.
type bindState uint8

const (
	unasked bindState = iota
	asked
	bound
	refused
)

// ClientPort is the client's end of a binding. Each of its calls in flight has a number, which
// travels as the tag: CallsMax of them at most, so the server can find room for all replies.
type ClientPort struct {
	port
	states ClientStates
	state  bindState
	free   uint64 // bit set: no call has this number
	calls  [CallsMax]callInFlight
}

type callInFlight struct {
	token uint32 // what the caller knows the call by
	kind  uint16 // the message's type
}

// AskAgain asks the peer to bind if it has refused: it may serve the interface by now.
func (p *ClientPort) AskAgain() {
	if p.state == refused {
		p.ask()
	}
}

// ask asks the peer to bind, as soon as there is room.
func (p *ClientPort) ask() {
	c := p.channel
	p.state = unasked
	if l := c.Out.TrySlot(); l != nil {
		l[0], l[1] = p.face.id(), p.face.Version
		c.Out.Publish(l, MakeHeader(typeBind, bindBytes, uint32(p.kind>>8)))
		p.state = asked
	} else if c.link.up {
		c.late = true
	}
}

// settle takes the peer's answer.
func (p *ClientPort) settle(answer, version uint64) {
	name, peer := p.face.Name, p.channel.peer
	switch answer {
	case answerBound:
		p.state, p.out = bound, &p.channel.Out
		p.channel.ports[p.kind>>8%portsMax] = &p.port
		p.states.Bound(nil)
	case answerNotServed:
		p.state, p.channel.unserved = refused, true
		p.states.Bound(fmt.Errorf("%w: bind %s with %v: want a server for it", ErrNotServed, name,
			peer))
	default:
		p.state = refused
		p.states.Bound(fmt.Errorf("%w: bind %s with %v: its version is %#x, ours is %#x: "+
			"want both generated from one declaration", ErrVersion, name, peer, version,
			p.face.Version))
	}
}

// down ends the binding, and gives up its calls.
func (p *ClientPort) down() {
	told := p.state == bound || p.state == refused
	lost := p.channel.lostCalls[:0]
	for used := ^p.free; used != 0; used &= used - 1 {
		lost = append(lost, p.calls[bits.TrailingZeros64(used)].token)
	}
	p.state, p.out, p.free = unasked, &p.channel.refusing, ^uint64(0)
	if told {
		p.states.Down(lost)
	}
}

// CallOut is Out for calls: it refuses also while CallsMax calls are in flight.
func (p *ClientPort) CallOut() *Sender {
	if p.free == 0 {
		return &p.channel.refusing
	}
	return p.out
}

// TrySendCall sends a call of any size; false if there is no room, no binding, or CallsMax calls
// are in flight.
func (p *ClientPort) TrySendCall(method uint16, payload []byte, token uint32) bool {
	if p.free == 0 {
		return false
	}
	h := p.CallHeader(method, len(payload))
	if !p.write(p.out, h, payload) {
		return false
	}
	p.Begin(h, token)
	return true
}

// CallHeader returns the header of the next call.
func (p *ClientPort) CallHeader(method uint16, size int) Header {
	return p.Header(method, size) | p.next()
}

// next returns the lowest free number of a call, as a tag.
func (p *ClientPort) next() Header { return Header(bits.TrailingZeros64(p.free)) << 32 }

// Begin notes that a call is in flight.
func (p *ClientPort) Begin(h Header, token uint32) {
	p.free &= p.free - 1
	p.calls[h.Tag()%CallsMax] = callInFlight{token, h.Type()}
}

// Finish ends the call that a reply answers, and returns its token; false if there is no such call.
func (p *ClientPort) Finish(h Header) (token uint32, ok bool) {
	tag := h.Tag()
	if tag >= CallsMax || p.free>>tag&1 != 0 || p.calls[tag].kind != h.Type() {
		return 0, false
	}
	p.free |= 1 << tag
	return p.calls[tag].token, true
}
