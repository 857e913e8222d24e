package net

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"

	"gvisor.dev/gvisor/pkg/buffer"

	"skerry/coreos/net/flow"
	"skerry/coreos/net/packet"
	"skerry/kernel"
	"skerry/msgpass"
)

// server serves Member, in the core's loop.
type server struct{ *node }

// Joined implements MemberServer.
func (s server) Joined(*MemberPeer) {}

// Left implements MemberServer.
func (s server) Left(*MemberPeer) {}

// Drive implements MemberServer.
func (s server) Drive(from *MemberPeer, text []byte) {
	id := from.Port().Core()
	set, err := parseSettings(text)
	if may := s.claim.cores; err == nil && !slices.Contains(may, id) {
		err = fmt.Errorf("%w: it has the card: want one of %v", msgpass.ErrProtocol, may)
	}
	if err != nil {
		s.blame(from, err)
		return
	}
	s.follow(id, set)
}

// Listen implements MemberServer.
func (s server) Listen(from *MemberPeer, protocol uint8, port uint16, local, open bool) {
	if protocol != packet.TCP && protocol != packet.UDP || port >= ephemeralFirst {
		s.blame(from, fmt.Errorf("%w: it listens on port %d of protocol %d: want TCP or UDP, and "+
			"a port below %d", msgpass.ErrProtocol, port, protocol, ephemeralFirst))
		return
	}
	s.hear(flow.Service{Protocol: protocol, Port: port}, from.Port().Core(), local, open)
}

// Flow implements MemberServer.
func (s server) Flow(from *MemberPeer, protocol uint8, remotePort, localPort uint16,
	remote, local [2]uint64) {
	table := s.wards
	if s.driver != nil {
		table = s.driver.table
	}
	key := packet.Key{
		Protocol: protocol, RemotePort: remotePort, LocalPort: localPort,
		Remote: joined(remote), Local: joined(local),
	}
	table.Tell(key, from.Port().Core(), s.core.Now())
}

// joined and split turn an address into words and back.
func joined(words [2]uint64) (a packet.Addr) {
	binary.BigEndian.PutUint64(a[:8], words[0])
	binary.BigEndian.PutUint64(a[8:], words[1])
	return a
}

func split(a packet.Addr) [2]uint64 {
	return [2]uint64{binary.BigEndian.Uint64(a[:8]), binary.BigEndian.Uint64(a[8:])}
}

// Told implements MemberServer.
func (s server) Told(from *MemberPeer) {
	if s.driver != nil {
		s.driver.settled(from.Port().Core())
	}
}

// Packet implements MemberServer.
func (s server) Packet(from *MemberPeer, e uint64, b []byte) {
	s.receive(from.Port().Core(), envelope(e), b)
}

// Bulk implements MemberServer.
func (s server) Bulk(from *MemberPeer, e uint64, place msgpass.Descriptor) {
	peer := s.peer(from.Port().Core())
	loan, err := peer.channel.Loans.Open(place)
	if err != nil {
		s.blame(from, err)
		return
	}
	defer peer.channel.Loans.Return(loan)
	if l := s.entry(peer.id, envelope(e)); l != nil && len(loan.Bytes) > 0 {
		view := buffer.NewViewSize(len(loan.Bytes))
		msgpass.Copy(view.AsSlice(), loan.Bytes)
		s.arrive(l, buffer.MakeWithView(view), isV6(view.AsSlice()))
		return
	}
	s.receive(peer.id, envelope(e), s.space[:msgpass.Copy(s.space, loan.Bytes)])
}

// Pieces implements MemberServer.
func (s server) Pieces(from *MemberPeer, e uint64, places []byte) {
	peer := s.peer(from.Port().Core())
	b := s.space[:0]
	for ; len(places) >= 8; places = places[8:] {
		var err error
		place := msgpass.Descriptor(binary.LittleEndian.Uint64(places))
		if b, err = peer.take(b, place); err != nil {
			s.blame(from, err)
			return
		}
	}
	s.receive(peer.id, envelope(e), b)
}

// blame drops the channel to a peer that broke the protocol.
func (s server) blame(from *MemberPeer, err error) {
	if errors.Is(err, msgpass.ErrDown) {
		return
	}
	from.Port().Channel().Fail(fmt.Errorf("coreos/net: %v: %w", from.Port().Core(), err))
}

// entry returns by which link a packet from another core comes to this one's stack; nil: it does
// not.
func (n *node) entry(from kernel.CoreID, e envelope) *link {
	switch {
	case e&loops != 0:
		return n.stack.loop
	case n.driver == nil && n.held && from == n.holder:
		return n.stack.out
	}
	return nil
}

// receive takes a packet from another core. The bytes are valid during the call.
func (n *node) receive(from kernel.CoreID, e envelope, b []byte) {
	l := n.entry(from, e)
	switch {
	case len(b) == 0:
		n.counts.Malformed++
	case l != nil:
		n.arrive(l, bufferOf(b), isV6(b))
	case n.driver != nil:
		n.driver.send(from, e, b)
	default:
		n.counts.Nobody++ // one of the two does not know yet who has the card
	}
}

// bufferOf returns a copy of bytes.
func bufferOf(b []byte) buffer.Buffer { return buffer.MakeWithView(buffer.NewViewWithData(b)) }

func isV6(b []byte) bool { return b[0]>>4 == 6 }
