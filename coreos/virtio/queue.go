package virtio

import (
	"encoding/binary"
	"fmt"
	"math/bits"
)

// A split queue (2.7) has three parts in the shared memory:
//
//	descriptors  16 bytes an entry: address, length, flags, next; the driver's
//	offered      flags, index, the heads of chains of descriptors; the driver's
//	served       flags, index, heads with how much was written; the device's
//
// Indexes count up without end, in 16 bits. Behind the heads, each side says at which index of the
// other it wants to be told (2.7.7.1, 2.7.8.1): "wake" below.
//
// Ownership: a chain is the device's from the store to the offered index that covers it to the load
// of the served index that does. Each descriptor has a buffer of its own, as many bytes as any
// other. What the driver has to know of a chain is in its private memory.
type queue struct {
	device *device
	number int
	size   uint16 // a power of two

	descriptors, offered, served int // where they are in the memory
	buffers, bufferBytes         int

	next   uint16 // offered index: chains up to it are published, or are about to be
	told   uint16 // up to which the device knows
	seen   uint16 // served index up to which chains came back
	free   []uint16
	after  []uint16 // of each descriptor, the next one in its chain
	length []uint16 // of each head that the device has, the descriptors of its chain; else 0
}

// Flags of a descriptor, and of the two rings where there is no event index.
const (
	flagNext    = 1
	flagWrite   = 2 // by the device
	flagDontSay = 1
)

const (
	descriptorBytes = 16
	ringIndex       = 2 // offsets in a ring
	ringHeads       = 4
)

// openQueue makes a queue of the device, of at least so many entries, with buffers.
func (v *device) openQueue(number, least, bufferBytes int) (*queue, error) {
	most := v.queueMax(number)
	if most < least || most < 1 {
		return nil, fmt.Errorf("virtio: queue %d has room for %d: want %d at least", number, most,
			least)
	}
	size := 1 << (bits.Len(uint(most)) - 1)
	q := &queue{
		device: v, number: number, size: uint16(size), bufferBytes: bufferBytes,
		after: make([]uint16, size), length: make([]uint16, size),
	}
	const ring = ringHeads + 2 // flags, index, wake
	rings := align8(size*descriptorBytes) + align8(ring+2*size)
	at, err := v.take(rings + ring + 8*size)
	if err != nil {
		return nil, err
	}
	q.descriptors, q.offered, q.served = at, at+align8(size*descriptorBytes), at+rings
	if q.buffers, err = v.take(size * bufferBytes); err != nil {
		return nil, err
	}
	clear(v.memory[at:v.taken]) // as the last driver left it
	for i := size - 1; i >= 0; i-- {
		q.free = append(q.free, uint16(i))
	}
	return q, v.setQueue(number, places{
		size: q.size, descriptors: v.address + uint64(q.descriptors),
		offered: v.address + uint64(q.offered), served: v.address + uint64(q.served),
	})
}

func align8(n int) int { return (n + 7) &^ 7 }

// buffer returns the buffer of a descriptor.
func (q *queue) buffer(i uint16) []byte {
	at := q.buffers + int(i)*q.bufferBytes
	return q.device.memory[at : at+q.bufferBytes : at+q.bufferBytes]
}

// describe writes a descriptor.
func (q *queue) describe(i uint16, bytes int, flags, next uint16) {
	d := q.device.memory[q.descriptors+int(i)*descriptorBytes:][:descriptorBytes]
	at := q.device.address + uint64(q.buffers+int(i)*q.bufferBytes)
	binary.LittleEndian.PutUint64(d, at)
	binary.LittleEndian.PutUint32(d[8:], uint32(bytes))
	binary.LittleEndian.PutUint16(d[12:], flags)
	binary.LittleEndian.PutUint16(d[14:], next)
}

// offer gives the device a chain of so many descriptors, by its head. Publish lets it know.
func (q *queue) offer(head, length uint16) {
	q.length[head] = length
	at := q.offered + ringHeads + 2*int(q.next&(q.size-1))
	binary.LittleEndian.PutUint16(q.device.memory[at:], head)
	q.next++
}

// offerRoom gives the device a free buffer to write to, if there is one.
func (q *queue) offerRoom(bytes int) bool {
	if len(q.free) == 0 {
		return false
	}
	head := q.free[len(q.free)-1]
	q.free = q.free[:len(q.free)-1]
	q.describe(head, bytes, flagWrite, 0)
	q.offer(head, 1)
	return true
}

// offerBytes gives the device the bytes of a and b to read, one behind the other, if there is room.
func (q *queue) offerBytes(a, b []byte) bool {
	count := (len(a) + len(b) + q.bufferBytes - 1) / q.bufferBytes
	if count > len(q.free) {
		return false
	}
	chain := q.free[len(q.free)-count:]
	q.free = q.free[:len(q.free)-count]
	for i, d := range chain {
		into := q.buffer(d)
		bytes := copy(into, a)
		a = a[bytes:]
		more := copy(into[bytes:], b)
		b = b[more:]
		if i+1 < count {
			q.after[d] = chain[i+1]
			q.describe(d, bytes+more, flagNext, chain[i+1])
		} else {
			q.describe(d, bytes+more, 0, 0)
		}
	}
	q.offer(chain[0], uint16(count))
	return true
}

// publish lets the device know of what was offered, and notifies it if it wants that.
func (q *queue) publish() {
	if q.next == q.told {
		return
	}
	shared := q.device.shared
	shared.Store16(q.offered+ringIndex, q.next) // after the heads and descriptors
	shared.Fence()                              // the device's wish is read after
	wants := shared.Load16(q.served)&flagDontSay == 0
	if q.device.has(featureEventIndex) {
		wake := shared.Load16(q.served + ringHeads + 8*int(q.size))
		wants = q.next-wake-1 < q.next-q.told
	}
	if q.told = q.next; wants {
		q.device.notify(q.number)
	}
}

// waiting tells how many chains came back that were not taken; an error if that cannot be.
func (q *queue) waiting() (uint16, error) {
	count := q.device.shared.Load16(q.served+ringIndex) - q.seen
	if most := int(q.told - q.seen); int(count) > most {
		return 0, fmt.Errorf("virtio: queue %d: %d chains served: want %d at most", q.number, count,
			most)
	}
	return count, nil
}

// take takes the next chain that came back, if waiting says that there is one, and frees its
// descriptors. It returns the head, whose buffer keeps what is in it until it is offered again, and
// how many bytes the device wrote. An error means that the device has no such chain, or the chain
// no such room.
func (q *queue) take() (head uint16, bytes int, err error) {
	at := q.served + ringHeads + 8*int(q.seen&(q.size-1))
	id, written := q.device.shared.Load32(at), q.device.shared.Load32(at+4)
	if id >= uint32(q.size) || q.length[id] == 0 {
		return 0, 0, fmt.Errorf("virtio: queue %d: chain %d served: want one that was offered",
			q.number, id)
	}
	head = uint16(id)
	count := q.length[head]
	if room := uint32(count) * uint32(q.bufferBytes); written > room {
		return 0, 0, fmt.Errorf("virtio: queue %d: %d bytes in a chain of %d: want no more",
			q.number, written, room)
	}
	q.seen++
	q.length[head] = 0
	for next := head; count > 0; count-- {
		q.free = append(q.free, next)
		next = q.after[next]
	}
	return head, int(written), nil
}

// arm asks for an interrupt when chains come back: at the first one, or after so many; false: that
// is so already.
func (q *queue) arm(after uint16) bool {
	shared := q.device.shared
	if q.device.has(featureEventIndex) {
		shared.Store16(q.offered+ringHeads+2*int(q.size), q.seen+after)
	} else {
		shared.Store16(q.offered, 0)
	}
	shared.Fence() // the device sees the wish, or we its index
	count, err := q.waiting()
	return err == nil && count <= after
}

// disarm wants no interrupt, if that can be said.
func (q *queue) disarm() {
	if !q.device.has(featureEventIndex) {
		q.device.shared.Store16(q.offered, flagDontSay)
	}
}
