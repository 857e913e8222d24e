package virtio

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"testing"

	"skerry/coreos/net/card"
	"skerry/kernel"
	"skerry/kernel/mmio"
)

// liar is a device that does what a tape says, against all rules.
type liar struct {
	*model
	tape []byte
}

func (l *liar) next() uint64 {
	if len(l.tape) == 0 {
		return 0
	}
	b := l.tape[0]
	l.tape = l.tape[1:]
	return uint64(b)
}

func (l *liar) wide() uint64 { return l.next() | l.next()<<8 }

// lie does one thing: often what is nearly right, since that gets further.
func (l *liar) lie() {
	q := &l.queues[l.next()%2]
	switch l.next() % 8 {
	case 0: // any bytes anywhere in the memory
		at := (l.wide()<<5 | l.next()&31) % uint64(len(l.memory)-8)
		binary.LittleEndian.PutUint64(l.memory[at:], l.wide()<<l.next()%64)
	case 1: // an index that moved
		at := q.served + 2 - l.address
		old := binary.LittleEndian.Uint16(l.memory[at:])
		binary.LittleEndian.PutUint16(l.memory[at:], old+uint16(l.wide()>>(l.next()%16)))
	case 2: // a chain that was never offered, or that came back before
		l.serve(q, []uint16{uint16(l.wide() >> (l.next() % 16))}, []int{int(l.wide())})
	case 3: // the next one, with any length
		if head, ok := l.pop(q); ok {
			l.serve(q, []uint16{head}, []int{int(l.wide() << (l.next() % 16))})
		}
	case 4: // the same twice
		if head, ok := l.pop(q); ok {
			l.serve(q, []uint16{head, head}, []int{100, 100})
		}
	case 5: // a frame with any header
		var header [12]byte
		for i := range header {
			header[i] = byte(l.next())
		}
		l.deliver(header, make([]byte, 1+l.wide()%70000))
	case 6: // a frame in more or fewer buffers than it says
		if head, ok := l.pop(&l.queues[0]); ok {
			_, write := l.chain(&l.queues[0], head)
			binary.LittleEndian.PutUint16(write[0][10:], uint16(l.wide()>>(l.next()%16)))
			l.serve(&l.queues[0], []uint16{head}, []int{int(l.next()) * 8})
		}
	case 7:
		l.work()
		l.model.status ^= uint8(l.next())
	}
}

// endure has a card deal with a liar, and returns what must not be.
func endure(n *Net, l *liar) error {
	var wrong error
	for step := 0; len(l.tape) > 0; step++ {
		// The model itself may trip over what was written to the driver's parts: that is its own.
		func() {
			defer func() { _ = recover() }()
			l.lie()
		}()
		switch l.next() % 4 {
		case 0:
			n.TrySend(card.Frame{Bytes: make([]byte, 14+l.wide()%1501)})
			n.Flush()
		case 1:
			n.Arm()
		default:
			n.Receive(int(l.next()%8), func(f card.Frame) { wrong = judge(n, f) })
		}
		if wrong != nil {
			return fmt.Errorf("step %d: %w", step, wrong)
		}
		if n.Err() == nil {
			if err := whole(n); err != nil {
				return fmt.Errorf("step %d: %w", step, err)
			}
			continue
		}
		if l.model.status != 0 || n.TrySend(card.Frame{Bytes: make([]byte, 60)}) ||
			n.Receive(9, func(card.Frame) {}) != 0 {
			return fmt.Errorf("step %d: after %w: status %#x: want the card stopped", step, n.Err(),
				l.model.status)
		}
		return nil
	}
	return nil
}

// judge tells whether a frame was handed over that makes no sense.
func judge(n *Net, f card.Frame) error {
	size := len(f.Bytes)
	switch {
	case size < frameMin || size > frameMax || f.Segment == card.None && size > 1518:
	case f.NeedsChecksum && int(f.ChecksumStart)+int(f.ChecksumOffset)+2 > size:
	case f.Segment != card.None && (int(f.HeaderBytes) >= size || f.SegmentBytes == 0):
	default:
		return nil
	}
	f.Bytes = nil
	return fmt.Errorf("a frame of %d bytes: %+v", size, f)
}

// newLiar returns a card on a device that will lie.
func newLiar(tape []byte) (*Net, *liar, error) {
	l := &liar{model: newModel(), tape: tape}
	bus := l.next()
	if bus&2 != 0 {
		l.offered &^= featureEventIndex
	}
	if bus&4 != 0 {
		l.offered &^= featureMerge
	}
	if bus&8 != 0 {
		l.offered &^= featuresNet &^ featureAddress &^ featureMerge
	}
	l.busy = true
	d := l.device()
	if bus&1 != 0 {
		d = l.pciDevice()
	}
	n, err := NewNet(d)
	return n, l, err
}

// FuzzHostileNet: a card whose device lies about everything in memory hands over only frames that
// make sense, loses no descriptor, touches nothing outside, and is stopped when it knows.
func FuzzHostileNet(f *testing.F) {
	for seed := range uint64(20) {
		f.Add(noise(seed, 400))
	}
	f.Fuzz(func(t *testing.T, tape []byte) {
		n, l, err := newLiar(tape[:min(len(tape), 2000)])
		if err != nil {
			t.Fatal(err)
		}
		if err := endure(n, l); err != nil {
			t.Error(err)
		}
	})
}

func noise(seed uint64, bytes int) []byte {
	random := rand.NewChaCha8([32]byte{byte(seed), byte(seed >> 8)})
	tape := make([]byte, bytes)
	random.Read(tape)
	return tape
}

// TestHostilePlanted sees drivers found that lack a check: as their private state says what the
// check would have seen.
func TestHostilePlanted(t *testing.T) {
	for bug, plant := range map[string]func(n *Net){
		"any chain passes for one that was offered": func(n *Net) {
			for i := range n.receive.length {
				n.receive.length[i], n.send.length[i] = 1, 1
			}
		},
		"a chain that goes on in a free descriptor": func(n *Net) {
			for i := range n.receive.length {
				n.receive.length[i] = 2
			}
		},
		"frames of any length": func(n *Net) { n.mtu = mtuMax },
	} {
		found := false
		for seed := range uint64(300) {
			n, l, err := newLiar(noise(seed, 400))
			if err != nil {
				t.Fatal(err)
			}
			plant(n)
			found = found || fails(func() error { return endure(n, l) })
		}
		if !found {
			t.Errorf("%s: not found", bug)
		}
	}
}

// fails tells whether something returns an error, or panics.
func fails(do func() error) (is bool) {
	defer func() {
		if recover() != nil {
			is = true
		}
	}()
	return do() != nil
}

// FuzzHostileRegisters: whatever registers say while a card is set up, there is a card or an error.
func FuzzHostileRegisters(f *testing.F) {
	for seed := range uint64(20) {
		f.Add(noise(seed, 100), uint8(seed))
	}
	f.Fuzz(func(t *testing.T, tape []byte, bus uint8) {
		l := &liar{model: newModel(), tape: tape}
		d := l.device()
		honest := int(l.next())
		d.Registers[0].(*mmioModel).lie = func(_ int, value uint32) uint32 {
			if honest--; honest >= 0 || len(l.tape) == 0 {
				return value
			}
			return value ^ uint32(l.wide()<<(l.next()%16))
		}
		if bus&1 != 0 {
			d = l.pciDevice()
			space := make([]byte, 4096)
			for i := range space {
				space[i] = d.Registers[kernel.PCIConfig].Load8(i)
			}
			for len(l.tape) > 0 {
				space[0x34+l.next()] ^= byte(l.next())
			}
			d.Registers[kernel.PCIConfig] = mmio.Over(space)
			d.Registers[4] = mmio.Over(make([]byte, modelRange))
		}
		n, err := NewNet(d)
		if (n == nil) == (err == nil) {
			t.Errorf("card %v, error %v: want one of them", n, err)
		}
	})
}
