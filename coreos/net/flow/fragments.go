package flow

import (
	"bytes"

	"skerry/coreos/net/packet"
	"skerry/kernel"
)

// Fragments finds the core for fragments of packets: only the first one has the ports. The others
// follow it to its core, where they are put together; those that overtake it are kept meanwhile.
type Fragments struct {
	trains  map[train]*cars
	order   []train // oldest first
	Dropped uint64
}

// train names a packet that comes in fragments.
type train struct {
	src, dst packet.Addr
	id       uint32
	protocol uint8
}

// cars are what is known of its fragments.
type cars struct {
	core  kernel.CoreID
	known bool
	kept  [][]byte
	since kernel.Instant
}

func trainOf(p *packet.Packet) train {
	return train{src: p.Src, dst: p.Dst, id: p.Fragment.ID, protocol: p.Protocol}
}

// First notes which core the first fragment of a packet goes to, and returns the fragments that
// came before it.
func (f *Fragments) First(p *packet.Packet, core kernel.CoreID, now kernel.Instant) [][]byte {
	c := f.cars(trainOf(p), now)
	kept := c.kept
	c.core, c.known, c.kept = core, true, nil
	return kept
}

// Later returns the core that another fragment, with bytes b, goes to. False: that is not known
// yet; it was kept, or dropped.
func (f *Fragments) Later(p *packet.Packet, b []byte, now kernel.Instant) (kernel.CoreID, bool) {
	c := f.cars(trainOf(p), now)
	if c.known {
		return c.core, true
	}
	if len(c.kept) == piecesMax {
		f.Dropped++
	} else {
		c.kept = append(c.kept, bytes.Clone(b))
	}
	return 0, false
}

// cars returns what is known of a packet's fragments.
func (f *Fragments) cars(t train, now kernel.Instant) *cars {
	f.expire(now)
	if c := f.trains[t]; c != nil {
		return c
	}
	if len(f.order) == trainsMax {
		f.drop()
	}
	if f.trains == nil {
		f.trains = map[train]*cars{}
	}
	c := &cars{since: now}
	f.trains[t] = c
	f.order = append(f.order, t)
	return c
}

func (f *Fragments) expire(now kernel.Instant) {
	for len(f.order) > 0 && f.trains[f.order[0]].since.Add(trainIdle) < now {
		f.drop()
	}
}

// drop forgets the oldest.
func (f *Fragments) drop() {
	f.Dropped += uint64(len(f.trains[f.order[0]].kept))
	delete(f.trains, f.order[0])
	f.order = f.order[1:]
}
