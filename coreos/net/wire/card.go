package wire

import (
	"bytes"
	"fmt"

	"gvisor.dev/gvisor/pkg/buffer"
	"gvisor.dev/gvisor/pkg/tcpip/stack"

	"skerry/coreos/net/card"
)

// end is the machine's end of the cable.
type end struct {
	wire *Wire
	wake func()
	sent []*stack.PacketBuffer // since the last Flush
}

var _ card.Card = (*end)(nil)

// Card returns the machine's end; wake is its interrupt. One is in use at a time: frames that one
// did not take, the next one has.
func (w *Wire) Card(wake func()) card.Card { return &end{wire: w, wake: wake} }

// Address implements card.Card.
func (*end) Address() [6]byte { return [6]byte{2, 0, 0, 0, 0, 1} }

// MTU implements card.Card.
func (*end) MTU() int { return mtu }

// Offloads implements card.Card.
func (e *end) Offloads() card.Offloads { return e.wire.offloads }

// Err implements card.Card.
func (*end) Err() error { return nil }

// Close implements card.Card.
func (*end) Close() {}

// TrySend implements card.Card. It panics where a card would drop and count.
func (e *end) TrySend(f card.Frame) bool {
	if f.NeedsChecksum && e.wire.offloads&card.Checksums == 0 ||
		len(f.Bytes) > mtu+etherBytes && f.Segment == card.None {
		panic(fmt.Sprintf("wire: frame of %d bytes, %+v: want one that the card can send",
			len(f.Bytes), f))
	}
	e.wire.mu.Lock()
	tap := e.wire.tap
	e.wire.mu.Unlock()
	if tap != nil && !tap(f.Bytes, true) {
		return true
	}
	pkt := stack.NewPacketBuffer(stack.PacketBufferOptions{
		Payload: buffer.MakeWithData(bytes.Clone(f.Bytes)),
	})
	e.sent = append(e.sent, pkt)
	return true
}

// Flush implements card.Card.
func (e *end) Flush() {
	for _, pkt := range e.sent {
		e.wire.end.InjectInbound(0, pkt)
		pkt.DecRef()
	}
	e.sent = nil
}

// Receive implements card.Card.
func (e *end) Receive(limit int, take func(card.Frame)) int {
	e.wire.mu.Lock()
	frames := e.wire.frames[:min(limit, len(e.wire.frames))]
	e.wire.frames = e.wire.frames[len(frames):]
	e.wire.mu.Unlock()
	for _, b := range frames {
		take(card.Frame{Bytes: b})
	}
	return len(frames)
}

// Arm implements card.Card.
func (e *end) Arm() bool {
	e.wire.mu.Lock()
	defer e.wire.mu.Unlock()
	e.wire.wake = e.wake
	return len(e.wire.frames) == 0
}
