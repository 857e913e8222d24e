package net

import (
	"gvisor.dev/gvisor/pkg/buffer"
	"gvisor.dev/gvisor/pkg/tcpip/stack"

	"skerry/coreos/net/packet"
	"skerry/msgpass"
)

// parts reads a packet that lies in several places as one.
type parts struct {
	here []byte       // what is left of the part that is being read
	rest *buffer.View // the parts behind it
}

// partsOf returns the parts of a packet of a stack's, which is valid while they are read.
func partsOf(pkt *stack.PacketBuffer) parts {
	views, unused := pkt.AsViewList()
	first := views.Front()
	if first == nil {
		return parts{}
	}
	return parts{first.AsSlice()[unused:], first.Next()}
}

// read fills b, as far as there is something, and returns how far.
func (p *parts) read(b []byte) (size int) {
	for size < len(b) && !p.done() {
		n := msgpass.Copy(b[size:], p.here)
		size += n
		p.here = p.here[n:]
	}
	return size
}

// appendTo appends all that is left.
func (p *parts) appendTo(b []byte) []byte {
	for !p.done() {
		b = append(b, p.here...)
		p.here = nil
	}
	return b
}

// done tells whether all was read.
func (p *parts) done() bool {
	for len(p.here) == 0 && p.rest != nil {
		p.here, p.rest = p.rest.AsSlice(), p.rest.Next()
	}
	return len(p.here) == 0
}

// parse reads the headers of a packet of a stack's. They lie in one place, but for those of
// fragments. Error: packet.ErrMalformed.
func parse(pkt *stack.PacketBuffer) (packet.Packet, error) {
	from := partsOf(pkt)
	if p, err := packet.ParseHead(from.here, pkt.Size()); err == nil {
		return p, nil
	}
	var head [headBytes]byte
	return packet.ParseHead(head[:from.read(head[:])], pkt.Size())
}
