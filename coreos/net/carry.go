package net

import (
	"encoding/binary"
	"fmt"

	"gvisor.dev/gvisor/pkg/tcpip/stack"

	"skerry/kernel"
	"skerry/msgpass"
)

// peer is another core: the client of what it serves, and what waits to be sent to it. It is
// guarded by the loop's lock.
type peer struct {
	id      kernel.CoreID
	node    *node
	channel *msgpass.Channel
	client  *MemberClient
	bound   bool
	lost    bool                       // its last life ended, or broke the protocol
	say     []func(*MemberClient) bool // what is to be told, in order; it found no room
	backlog backlog
}

// backlog holds packets that found no room.
type backlog struct {
	packets []outgoing
	bytes   int
}

// outgoing is a packet on its way out.
type outgoing struct {
	envelope envelope
	packet   *stack.PacketBuffer
}

// tell sends what must not get lost.
func (p *peer) tell(try func(*MemberClient) bool) {
	switch {
	case !p.bound: // all is told when it is
	case len(p.say) == 0 && try(p.client):
	case len(p.say) < sayMax:
		p.say = append(p.say, try)
	default:
		p.bound = false
		p.node.later(p.giveUp) // the caller may be one that the channel calls
	}
}

// giveUp drops the channel to a peer that does not listen. The caller does not hold the lock.
func (p *peer) giveUp() {
	p.node.loop.Lock()
	defer p.node.loop.Unlock()
	if !p.bound { // else it is another connection by now
		p.channel.Fail(fmt.Errorf("coreos/net: %v leaves %d messages waiting: want no more", p.id,
			len(p.say)))
	}
}

// send hands a packet of this core's stack to the peer. False: it is dropped.
func (p *peer) send(o outgoing) bool {
	if p.bound && p.waits() {
		p.resume() // the loop may not come to it while a busy goroutine sends
	}
	if len(p.backlog.packets) == 0 && p.try(o.envelope, partsOf(o.packet), o.packet.Size()) {
		return true
	}
	b := &p.backlog
	if !p.bound || len(b.packets) == backlogMax || b.bytes+o.packet.Size() > backlogBytesMax {
		return false
	}
	o.packet.IncRef()
	b.packets = append(b.packets, o)
	b.bytes += o.packet.Size()
	return true
}

// resume sends what waited, and tells whether something was sent.
func (p *peer) resume() (some bool) {
	for len(p.say) > 0 && p.say[0](p.client) {
		p.say = p.say[1:]
		some = true
	}
	b := &p.backlog
	for len(b.packets) > 0 {
		o := b.packets[0]
		if !p.try(o.envelope, partsOf(o.packet), o.packet.Size()) {
			break
		}
		b.pop()
		some = true
	}
	return some
}

func (b *backlog) pop() {
	o := b.packets[0]
	b.packets[0] = outgoing{}
	b.packets = b.packets[1:]
	b.bytes -= o.packet.Size()
	o.packet.DecRef()
}

// waits tells whether something waits for room.
func (p *peer) waits() bool { return len(p.say) > 0 || len(p.backlog.packets) > 0 }

// forget drops what waits.
func (p *peer) forget() {
	p.say = nil
	for len(p.backlog.packets) > 0 {
		p.backlog.pop()
	}
}

// try sends a packet of the given size; false: there is no room.
func (p *peer) try(e envelope, from parts, size int) bool {
	switch {
	case size <= MemberPacketPacketMax && len(from.here) == size:
		return p.client.TryPacket(uint64(e), from.here)
	case size <= MemberPacketPacketMax:
		var short [MemberPacketPacketMax]byte
		return p.client.TryPacket(uint64(e), from.appendTo(short[:0]))
	case size <= pieceBytes:
		place, ok := p.lend(&from)
		if ok && !p.client.TryBulk(uint64(e), place) {
			p.channel.Pool.Recall(place)
			return false
		}
		return ok
	}
	return p.tryPieces(e, &from, size)
}

// tryPieces sends a packet that needs several buffers.
func (p *peer) tryPieces(e envelope, from *parts, size int) bool {
	var list [8 * piecesMax]byte
	places := list[:0]
	for range (size + pieceBytes - 1) / pieceBytes {
		place, ok := p.lend(from)
		if !ok {
			break
		}
		places = binary.LittleEndian.AppendUint64(places, uint64(place))
	}
	if from.done() && p.client.TryPieces(uint64(e), places) {
		return true
	}
	for ; len(places) > 0; places = places[8:] {
		p.channel.Pool.Recall(msgpass.Descriptor(binary.LittleEndian.Uint64(places)))
	}
	return false
}

// lend fills a buffer of the bulk pool; false: there is none.
func (p *peer) lend(from *parts) (msgpass.Descriptor, bool) {
	buffer, ok := p.channel.Pool.Take()
	if !ok {
		return 0, false
	}
	return p.channel.Pool.Lend(buffer, from.read(buffer.Bytes[:pieceBytes])), true
}

// take appends the payload that a descriptor of the peer tells of. Error: it tells of none.
func (p *peer) take(b []byte, place msgpass.Descriptor) ([]byte, error) {
	loan, err := p.channel.Loans.Open(place)
	if err != nil {
		return b, err
	}
	defer p.channel.Loans.Return(loan)
	if len(b)+len(loan.Bytes) > packetBytesMax {
		return b, fmt.Errorf("%w: packet of %d bytes: want at most %d", msgpass.ErrProtocol,
			len(b)+len(loan.Bytes), packetBytesMax)
	}
	start := len(b)
	b = b[:start+len(loan.Bytes)]
	msgpass.Copy(b[start:], loan.Bytes)
	return b, nil
}
