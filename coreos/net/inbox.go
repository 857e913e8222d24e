package net

import (
	"gvisor.dev/gvisor/pkg/tcpip/stack"

	"skerry/coreos/net/packet"
)

// inbox holds packets for the core's own stack, in their order.
type inbox struct {
	packets []incoming
	next    int // the first that was not taken yet
	bytes   int // of those from there on
	unread  int // bytes of datagrams since who reads them had a turn
}

// incoming is a packet for the core's own stack.
type incoming struct {
	link   *link
	packet *stack.PacketBuffer
	v6     bool
}

// waiting returns how many packets there are.
func (b *inbox) waiting() int { return len(b.packets) - b.next }

// room tells whether there is room for a packet.
func (b *inbox) room(bytes int) bool {
	return b.waiting() < inboxMax && b.bytes+bytes <= inboxBytesMax
}

func (b *inbox) add(in incoming) {
	b.packets = append(b.packets, in)
	b.bytes += in.packet.Size()
}

// take removes packets: all, or else as many as have so many datagrams that who reads these has to
// have a turn then. Streams wait for their readers; datagrams get lost when a socket has no room,
// and reading them comes after all that the loop finds to do. The result is valid until the next
// call.
func (b *inbox) take() (some []incoming, turn bool) {
	left := copy(b.packets, b.packets[b.next:])
	clear(b.packets[left:])
	b.packets, b.next = b.packets[:left], 0
	for b.next < left && !turn {
		in := &b.packets[b.next]
		size := in.packet.Size()
		b.next++
		b.bytes -= size
		if !in.stream() {
			b.unread += size
		}
		turn = b.unread > datagramBytes/2
	}
	if turn {
		b.unread = 0
	}
	return b.packets[:b.next:b.next], turn
}

// stream tells whether a packet is of TCP.
func (in *incoming) stream() bool {
	head, at := partsOf(in.packet).here, 9
	if in.v6 {
		at = 6
	}
	return len(head) > at && head[at] == packet.TCP
}
