package msgpass

import (
	"encoding/binary"
	"fmt"

	"skerry/kernel"
)

// methodMask is the part of a message's type that is the method.
const methodMask = 0xff

// Reply is the bit that Header.Selector has for replies.
const Reply = 0x100

// Selector returns the number of the message in its interface, with the bit Reply for a reply.
func (h Header) Selector() uint16 {
	return uint16(h)&methodMask | uint16(h>>21)&Reply
}

// Stub is the generated half of a port. Receive takes the message that the channel's In is at,
// checks it, releases it, and calls the handler. Error: the peer broke the protocol.
type Stub interface {
	Receive(l *Line, h Header) error
}

// port is what both ends of a binding have in common. Generated stubs send and receive by it; it is
// used by the one goroutine, or under the one lock, that uses the channel.
type port struct {
	channel *Channel
	face    *Interface
	stub    Stub
	out     *Sender // of the channel while the binding is up; one that refuses otherwise
	kind    uint16  // number << 8
}

func makePort(c *Channel, face *Interface, number int, stub Stub) port {
	return port{channel: c, face: face, stub: stub, out: &c.refusing, kind: uint16(number) << 8}
}

// Channel returns the channel, for its bulk pools.
func (p *port) Channel() *Channel { return p.channel }

// Core returns the core at the other end.
func (p *port) Core() kernel.CoreID { return p.channel.peer }

// TrySlot returns the line for a message of one line, or nil if there is no room or no binding.
func (p *port) TrySlot() *Line { return p.out.TrySlot() }

// Publish sends the line that TrySlot returned.
func (p *port) Publish(l *Line, method uint16, size int) {
	h := MakeHeader(p.kind|method, size, 0)
	p.out.Publish(l, h)
	if p.channel.Tracer != nil {
		p.trace(true, h)
	}
}

// TrySend sends a message of any size; false if there is no room or no binding.
func (p *port) TrySend(method uint16, payload []byte) bool {
	return p.write(p.out, MakeHeader(p.kind|method, len(payload), 0), payload)
}

// Buffer returns empty private memory with room for any message, in which to lay out a payload.
func (p *port) Buffer() []byte { return p.channel.outgoing[:0] }

// Release frees a received message of one line.
func (p *port) Release(l *Line) { p.channel.In.Release(l) }

// Take copies the received message with header h to private memory, which is valid until the next
// one is taken, and frees it. Error: the peer broke the protocol.
func (p *port) Take(l *Line, h Header) ([]byte, error) {
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

// trace tells the channel's Tracer of a message.
func (p *port) trace(sent bool, h Header) {
	p.channel.Tracer(Trace{sent, p.channel.peer, p.face.messageName(h), h})
}
