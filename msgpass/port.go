package msgpass

import (
	"encoding/binary"
	"fmt"

	"skerry/kernel"
)

// The parts of a message's type.
const (
	methodMask = 0xff
	numberMask = 0xff00 // of the binding
)

// Taker is what a generated stub does with one kind of message: it takes the message that the
// channel's In is at, checks it, its header included, releases it, and calls the handler. Error:
// the peer broke the protocol.
//
// The channel is an argument, although the owner knows it: so the processor need not go the long
// way from the header to the owner before it knows where the next message is.
type Taker func(owner any, c *Channel, l *Line, h Header) error

// Shapes of messages: the size of a message's payload is added.
const (
	Plain = uint16(flagPresent >> 16)
	Reply = uint16((flagPresent | FlagReply) >> 16)
)

// Shape returns the size and the flags of a message in one word, so that they are checked at once.
func (h Header) Shape() uint16 { return uint16(h >> 16) }

// port is what both ends of a binding have in common. Generated stubs send and receive by it; it is
// used by the one goroutine, or under the one lock, that uses the channel.
type port struct {
	channel *Channel
	face    *Interface
	owner   any
	takers  []Taker // by the message's number
	out     *Sender // of the channel while the binding is up; one that refuses otherwise
	kind    Header  // number << 8
}

func makePort(c *Channel, face *Interface, number int, owner any, takers []Taker) port {
	p := port{channel: c, face: face, owner: owner, takers: takers, out: &c.refusing,
		kind: Header(number) << 8}
	for i, t := range takers {
		if t == nil {
			takers[i] = func(_ any, _ *Channel, _ *Line, h Header) error { return p.Malformed(h) }
		}
	}
	return p
}

// Channel returns the channel, for its bulk pools.
func (p *port) Channel() *Channel { return p.channel }

// Core returns the core at the other end.
func (p *port) Core() kernel.CoreID { return p.channel.peer }

// Out returns where messages go: a sender that refuses if there is no binding.
func (p *port) Out() *Sender { return p.out }

// Header returns the header of a message that is not a reply.
func (p *port) Header(method uint16, size int) Header {
	return p.kind | MakeHeader(method, size, 0)
}

// Traced tells whether somebody wants to know of each message.
func (p *port) Traced() bool { return p.channel.Tracer != nil }

// TraceSent tells the channel's Tracer, which is there, of a message that was sent.
func (p *port) TraceSent(h Header) { p.trace(true, h) }

// TrySend sends a message of any size; false if there is no room or no binding.
func (p *port) TrySend(method uint16, payload []byte) bool {
	return p.write(p.out, p.Header(method, len(payload)), payload)
}

// Buffer returns empty private memory with room for any message, in which to lay out a payload.
func (p *port) Buffer() []byte { return p.channel.outgoing[:0] }

// Take copies the received message with header h to private memory, which is valid until the next
// one is taken, and frees it. Its shape must be the given one, but for the size. Error: the peer
// broke the protocol.
func (p *port) Take(l *Line, h Header, shape uint16) ([]byte, error) {
	if !h.sound() || h.Shape()&^sizeMask != shape {
		return nil, p.Malformed(h)
	}
	in, to := &p.channel.In, &p.channel.incoming
	for i := range h.lines() {
		if i > 0 {
			further, ok := in.Further(i)
			if !ok {
				return nil, p.Malformed(h)
			}
			l = further
		}
		part := to[i*PayloadBytes : (i+1)*PayloadBytes]
		for w := range PayloadWords {
			binary.LittleEndian.PutUint64(part[8*w:], l[w])
		}
	}
	in.ReleaseMessage(h)
	return to[:h.Size()], nil
}

// Malformed returns the error for a message that no sound peer sends.
func (p *port) Malformed(h Header) error {
	return fmt.Errorf("%w: %s of %d bytes, tag %d, reply %v: not as declared", ErrProtocol,
		p.face.messageName(h), h.Size(), h.Tag(), h.IsReply())
}

// write sends a payload as one message.
func (p *port) write(out *Sender, h Header, payload []byte) bool {
	l := out.TrySlots(len(payload))
	if l == nil {
		return false
	}
	for i := range h.lines() {
		if i > 0 {
			l = out.Further(i)
		}
		fill(l, payload[i*PayloadBytes:])
	}
	out.PublishMessage(h)
	if p.channel.Tracer != nil {
		p.trace(true, h)
	}
	return true
}

// fill writes as much of a payload as fits a line, and zeroes the rest of its last word.
func fill(l *Line, payload []byte) {
	for w := 0; w < PayloadWords; w++ {
		if len(payload) < 8 {
			var tail [8]byte
			copy(tail[:], payload)
			l[w] = binary.LittleEndian.Uint64(tail[:])
			return
		}
		l[w] = binary.LittleEndian.Uint64(payload)
		payload = payload[8:]
	}
}

// Trace is a message that was sent or received.
type Trace struct {
	Sent   bool // or received
	Peer   kernel.CoreID
	Name   string // package, interface and method
	Header Header
}

// String returns one line for people.
func (t Trace) String() string {
	way, reply := "from", ""
	if t.Sent {
		way = "to"
	}
	if t.Header.IsReply() {
		reply = ", reply"
	}
	return fmt.Sprintf("%s %v: %s%s, %d bytes, tag %d", way, t.Peer, t.Name, reply,
		t.Header.Size(), t.Header.Tag())
}

// trace tells the channel's Tracer of a message.
func (p *port) trace(sent bool, h Header) {
	p.channel.Tracer(Trace{sent, p.channel.peer, p.face.messageName(h), h})
}
