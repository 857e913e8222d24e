package virtio

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"skerry/coreos/net/card"
	"skerry/kernel"
)

// buses are the ways in which a driver can find a model.
var buses = map[string]func(*model) *kernel.Device{
	"mmio": (*model).device, "pci": (*model).pciDevice,
}

// driver is a card, or one with a bug.
type driver interface {
	card.Card
	net() *Net
}

func (n *Net) net() *Net { return n }

// talk has a driver and a model exchange frames for some steps, and returns what went wrong. The
// model works only when it is notified; the driver looks only after an interrupt that it asked for,
// or when its Arm says that there is something.
func talk(d driver, m *model, seed uint64, steps int) error {
	random := rand.New(rand.NewPCG(seed, 1))
	t := &conversation{d: d, m: m, random: random}
	for step := range steps {
		if err := t.step(); err != nil {
			return fmt.Errorf("seed %d, step %d: %w", seed, step, err)
		}
		if err := whole(d.net()); err != nil {
			return fmt.Errorf("seed %d, step %d: %w", seed, step, err)
		}
	}
	d.Flush()
	t.poll()
	if len(m.sent) != len(t.sent) || len(t.expected) > 0 {
		return fmt.Errorf("seed %d: at the end %d of %d frames sent, %d received not seen", seed,
			len(m.sent), len(t.sent), len(t.expected))
	}
	return t.compare()
}

type conversation struct {
	d        driver
	m        *model
	random   *rand.Rand
	sent     []card.Frame
	compared int
	expected []packet // delivered by the model, not yet received
	asleep   bool     // Arm said that there was nothing
	woken    int      // interrupts that were seen
	wrong    error
}

func (t *conversation) step() error {
	switch op := t.random.IntN(8); {
	case op < 3:
		f := t.frame()
		if !t.d.TrySend(f) && !t.d.TrySend(f) { // the first refusal has the model make room
			return fmt.Errorf("a frame of %d bytes was refused: %v", len(f.Bytes), t.d.Err())
		}
		t.sent = append(t.sent, f)
		if t.random.IntN(2) == 0 {
			t.d.Flush()
		}
	case op < 6:
		t.deliver()
	default:
		t.poll()
		if op == 7 {
			t.deliver() // just before it goes to sleep
		}
		t.d.Flush()
		t.asleep = t.d.Arm()
		t.woken = t.m.interrupts
	}
	if !t.asleep || t.m.interrupts != t.woken {
		if t.asleep = false; t.random.IntN(2) == 0 {
			t.poll()
		}
	} else if len(t.expected) > 0 {
		return fmt.Errorf("asleep, without an interrupt, while %d frames wait", len(t.expected))
	}
	if t.wrong == nil {
		t.wrong = t.compare()
	}
	return t.wrong
}

// deliver has the model deliver a frame.
func (t *conversation) deliver() {
	f := t.frame()
	var header [netHeaderBytes]byte
	writeHeader(&header, &f)
	if f.Segment == card.UDP || t.d.net().device.accepted&featureReceiveChecksum == 0 {
		header = [netHeaderBytes]byte{}
		f.Bytes = f.Bytes[:min(len(f.Bytes), 1514)]
	}
	if t.m.deliver(header, f.Bytes) {
		t.expected = append(t.expected, packet{header[:10:10], f.Bytes})
	}
}

// poll receives what there is.
func (t *conversation) poll() {
	for t.d.Receive(1+t.random.IntN(4), t.take) > 0 {
	}
}

func (t *conversation) take(f card.Frame) {
	if len(t.expected) == 0 {
		t.wrong = fmt.Errorf("a frame of %d bytes that nobody sent", len(f.Bytes))
		return
	}
	var header [netHeaderBytes]byte
	writeHeader(&header, &f)
	want := t.expected[0]
	t.expected = t.expected[1:]
	if !bytes.Equal(f.Bytes, want.frame) || !bytes.Equal(header[:10], want.header) {
		t.wrong = fmt.Errorf("received %d bytes, header %x: want %d bytes, header %x", len(f.Bytes),
			header[:10], len(want.frame), want.header)
	}
}

// compare compares what the model sent with what it was to send.
func (t *conversation) compare() error {
	for ; t.compared < len(t.m.sent) && t.compared < len(t.sent); t.compared++ {
		var header [netHeaderBytes]byte
		f, got := &t.sent[t.compared], t.m.sent[t.compared]
		writeHeader(&header, f)
		if !bytes.Equal(got.frame, f.Bytes) || !bytes.Equal(got.header, header[:]) {
			return fmt.Errorf("frame %d: sent %d bytes, header %x: want %d bytes, header %x",
				t.compared, len(got.frame), got.header, len(f.Bytes), header)
		}
	}
	return nil
}

// frame returns a random one that the card can send.
func (t *conversation) frame() card.Frame {
	offloads := t.d.Offloads()
	size := frameMin + t.random.IntN(1501)
	f := card.Frame{}
	if offloads&card.Checksums != 0 && t.random.IntN(2) == 0 {
		f.NeedsChecksum, f.ChecksumStart, f.ChecksumOffset = true, 4, 8
	}
	kinds := []card.Segmentation{card.None, card.TCP4, card.TCP6, card.UDP}
	needs := []card.Offloads{0, card.CutTCP4, card.CutTCP6, card.CutUDP}
	if i := t.random.IntN(4); f.NeedsChecksum && i > 0 && offloads&needs[i] != 0 {
		f.Segment, f.SegmentBytes, f.HeaderBytes = kinds[i], 1400, 54
		size = 1000 + t.random.IntN(frameMax-999)
	}
	f.Bytes = make([]byte, size)
	for i := 0; i < size; i += 1 + t.random.IntN(40) {
		f.Bytes[i] = byte(t.random.Uint32())
	}
	return f
}

// whole tells whether each descriptor of a card's queues is either free or in one chain.
func whole(n *Net) error {
	for _, q := range []*queue{n.receive, n.send} {
		count := make([]int, q.size)
		for _, d := range q.free {
			count[d]++
		}
		for head, length := range q.length {
			for d := uint16(head); length > 0; length-- {
				count[d]++
				d = q.after[d]
			}
		}
		for d, times := range count {
			if times != 1 {
				return fmt.Errorf("queue %d: descriptor %d is in use %d times: want once", q.number,
					d, times)
			}
		}
	}
	return nil
}

// variants are sets of features, and lengths of queues.
var variants = []struct {
	without uint64
	most    uint16
}{
	{0, 256}, {featureEventIndex, 256}, {0, 32}, {featureMerge | featureReceiveChecksum |
		featureReceiveTCP4 | featureReceiveTCP6, 64}, {featureChecksum, 300}, {featureMTU, 1000},
	{featuresNet &^ featureAddress, 33},
}

// A card sends and receives frames whole and in order, whatever is offloaded, however long the
// queues are, and no wake-up is lost in either direction. Planted: below.
func TestTalk(t *testing.T) {
	for bus, find := range buses {
		for _, v := range variants {
			m := newModel()
			m.offered &^= v.without
			for i := range m.queues {
				m.queues[i].most = v.most
			}
			n, err := NewNet(find(m))
			if err != nil {
				t.Fatalf("%s: %v", bus, err)
			}
			if m.notified = 0; m.status != statusFound|statusDriver|statusFeatures|statusDriverOK {
				t.Errorf("%s: status %#x", bus, m.status)
			}
			steps := 3000
			if testing.Short() {
				steps = 500
			}
			if err := talk(n, m, rand.Uint64(), steps); err != nil {
				t.Errorf("%s, without %#x, %d entries: %v", bus, v.without, v.most, err)
			}
			c := n.Counts()
			if v.most < 64 {
				c.Refused = 0 // one long frame fills the queue, until the model is told of it
			}
			if c.Sent == 0 || c.Received == 0 || c.Refused+c.Unsendable+c.Malformed > 0 {
				t.Errorf("%s, without %#x: %+v: want all sent and received", bus, v.without, c)
			}
			if v.most == 256 && m.notified > int(c.Sent)+steps {
				t.Errorf("%d notifications", m.notified)
			}
		}
	}
}

// sleepy is a card that does not look again when it goes to sleep.
type sleepy struct{ *Net }

func (s sleepy) Arm() bool {
	s.Net.Arm()
	return true
}

// hasty is a card that gives buffers back before it has copied them.
type hasty struct{ *Net }

func (h hasty) Receive(limit int, take func(card.Frame)) int {
	return h.Net.Receive(limit, func(f card.Frame) {
		f.Bytes = h.receive.buffer(h.receive.free[len(h.receive.free)-1])[netHeaderBytes:]
		take(f)
	})
}

// TestTalkPlanted sees bugs of drivers and devices found.
func TestTalkPlanted(t *testing.T) {
	for bug, plant := range map[string]func(n *Net, m *model) driver{
		"a driver that does not look again": func(n *Net, m *model) driver { return sleepy{n} },
		"a driver that hands over buffers":  func(n *Net, m *model) driver { return hasty{n} },
		"a device that wants to be told of nothing": func(n *Net, m *model) driver {
			m.deaf = true
			return n
		},
		"a device that never interrupts": func(n *Net, m *model) driver { m.mute = true; return n },
		"a descriptor that is free twice": func(n *Net, m *model) driver {
			n.send.free = append(n.send.free, n.send.free[0])
			return n
		},
	} {
		m := newModel()
		n, err := NewNet(m.device())
		if err != nil {
			t.Fatal(err)
		}
		if err := talk(plant(n, m), m, 1, 3000); err == nil {
			t.Errorf("%s: not found", bug)
		}
	}
}

// forward tells the card of each frame at once.
type forward struct{ *Net }

func (f forward) TrySend(frame card.Frame) bool {
	defer f.Flush()
	return f.Net.TrySend(frame)
}

// A card is told of many frames at once, with one notification, but of a long row before it ends.
// Planted: a driver that tells it of each.
func TestFlushNotifiesOnce(t *testing.T) {
	notified := func(wrap func(*Net) card.Card, frames int) int {
		m := newModel()
		n, err := NewNet(m.device())
		if err != nil {
			t.Fatal(err)
		}
		d, before := wrap(n), m.notified
		for range frames {
			d.TrySend(card.Frame{Bytes: make([]byte, 60)})
		}
		d.Flush()
		d.Flush()
		if len(m.sent) != frames {
			t.Errorf("%d of %d frames were sent: want all", len(m.sent), frames)
		}
		return m.notified - before
	}
	sound := func(n *Net) card.Card { return n }
	for frames, want := range map[int]int{
		0: 0, 1: 1, untoldMax - 1: 1, untoldMax: 1, untoldMax + 1: 2, 4 * untoldMax: 4,
	} {
		if got := notified(sound, frames); got != want {
			t.Errorf("%d frames: %d notifications: want %d", frames, got, want)
		}
	}
	const row = untoldMax - 1
	if got := notified(func(n *Net) card.Card { return forward{n} }, row); got != row {
		t.Errorf("a driver that tells of each of %d frames: %d notifications: want as many", row,
			got)
	}
}

// A card that has no room says so, and interrupts when there is room again.
func TestFull(t *testing.T) {
	m := newModel()
	n, err := NewNet(m.device())
	if err != nil {
		t.Fatal(err)
	}
	m.busy = true
	sent := 0
	for n.TrySend(card.Frame{Bytes: make([]byte, 1000)}) {
		sent++
	}
	if c := n.Counts(); sent != 256 || c.Refused != 1 {
		t.Errorf("%d sent, %+v: want 256, and one refused", sent, c)
	}
	if !n.Arm() {
		t.Error("Arm: want that there is nothing yet")
	}
	before := m.interrupts
	if m.work(); m.interrupts == before {
		t.Error("no interrupt when there is room again")
	}
	m.busy = false
	ok := n.TrySend(card.Frame{Bytes: make([]byte, 1000)})
	if n.Flush(); !ok || len(m.sent) != sent+1 {
		t.Errorf("%d of %d sent: want all, and one more", len(m.sent), sent)
	}
}

// A card that has failed is seen to have when frames do not go away, and is stopped.
func TestWantsReset(t *testing.T) {
	m := newModel()
	n, err := NewNet(m.device())
	if err != nil {
		t.Fatal(err)
	}
	m.busy = true
	m.status |= statusWantReset
	for range 256 + 1 {
		n.TrySend(card.Frame{Bytes: make([]byte, 60)})
	}
	if n.Err() == nil || !strings.Contains(n.Err().Error(), "wants a reset") || m.status != 0 {
		t.Errorf("error %v, status %#x: want the card stopped", n.Err(), m.status)
	}
	n.Close()
	if !n.Arm() {
		t.Error("Arm of a card that was stopped: want that nothing comes")
	}
}

// What a card cannot send is dropped and counted. Planted: a frame that it can.
func TestUnsendable(t *testing.T) {
	m := newModel()
	m.offered &^= featureUDP
	n, err := NewNet(m.device())
	if err != nil {
		t.Fatal(err)
	}
	long := make([]byte, 2000)
	for i, f := range []card.Frame{
		{}, {Bytes: long[:13]}, {Bytes: long[:1515]},
		{Bytes: long[:60], NeedsChecksum: true, ChecksumStart: 50, ChecksumOffset: 9},
		{Bytes: long[:60], NeedsChecksum: true, ChecksumStart: 65535, ChecksumOffset: 65535},
		{Bytes: long, Segment: card.TCP4, SegmentBytes: 1000, HeaderBytes: 54},
		{Bytes: long, Segment: card.TCP4, NeedsChecksum: true, HeaderBytes: 54},
		{Bytes: long, Segment: card.TCP4, NeedsChecksum: true, SegmentBytes: 1, HeaderBytes: 2000},
		{Bytes: long, Segment: card.UDP, NeedsChecksum: true, SegmentBytes: 1, HeaderBytes: 42},
		{Bytes: long, Segment: 77, NeedsChecksum: true, SegmentBytes: 1, HeaderBytes: 42},
		{Bytes: make([]byte, 65536+14), Segment: card.TCP4, NeedsChecksum: true, SegmentBytes: 1},
	} {
		if !n.TrySend(f) || n.Counts().Unsendable != uint64(i)+1 {
			t.Errorf("frame %d: %+v: want it dropped", i, n.Counts())
		}
	}
	n.TrySend(card.Frame{Bytes: long[:1514]})
	if n.Flush(); len(m.sent) != 1 {
		t.Errorf("%d frames sent: want one", len(m.sent))
	}
}

// A frame whose header makes no sense is dropped and counted, and the next one arrives.
func TestMalformed(t *testing.T) {
	m := newModel()
	n, err := NewNet(m.device())
	if err != nil {
		t.Fatal(err)
	}
	header := func(change func(h []byte)) (h [12]byte) { change(h[:]); return h }
	little := binary.LittleEndian
	for i, c := range []struct {
		header [12]byte
		bytes  int
	}{
		{[12]byte{}, 13}, {[12]byte{}, 1519},
		{header(func(h []byte) { h[0] = 1; little.PutUint16(h[6:], 59) }), 60},
		{header(func(h []byte) { h[1] = 5 }), 60}, {header(func(h []byte) { h[1] = 3 }), 60},
		{header(func(h []byte) { h[1] = 1 }), 60},
		{header(func(h []byte) { h[1], h[4] = 1, 9; little.PutUint16(h[2:], 60) }), 60},
	} {
		if !m.deliver(c.header, make([]byte, c.bytes)) {
			t.Fatal("no room")
		}
		n.Receive(1, func(f card.Frame) { t.Errorf("frame %d: handed over: %+v", i, f) })
		if got := n.Counts().Malformed; got != uint64(i)+1 || n.Err() != nil {
			t.Errorf("frame %d: %d malformed, error %v: want %d", i, got, n.Err(), i+1)
		}
	}
	m.deliver([12]byte{0: 2}, make([]byte, 60))
	got := 0
	n.Receive(9, func(f card.Frame) {
		if got++; !f.ChecksumValid || len(f.Bytes) != 60 {
			t.Errorf("%+v: want a checked frame of 60 bytes", f)
		}
	})
	if got != 1 {
		t.Errorf("%d frames: want 1", got)
	}
}

// A device that cannot be used is refused with what was found and what was wanted, on either bus.
func TestRefusals(t *testing.T) {
	for want, spoil := range map[string]func(m *model, d *kernel.Device){
		"want version 1": func(m *model, d *kernel.Device) { m.offered &^= featureVersion1 },
		"a reset leaves": func(m *model, d *kernel.Device) { m.dull, m.status = true, 15 },
		"on bus none":    func(m *model, d *kernel.Device) { d.Bus = kernel.NoBus },
		"room for 16":    func(m *model, d *kernel.Device) { m.queues[0].most = 16 },
		"an MTU of 5": func(m *model, d *kernel.Device) {
			copy(m.config[configMTU:], []byte{5, 0})
		},
		"a card with address":  func(m *model, d *kernel.Device) { m.config[0] |= 1 },
		"configuration change": func(m *model, d *kernel.Device) { m.changes = 1 },
		"fills one buffer": func(m *model, d *kernel.Device) {
			m.offered &^= featureMerge
			m.config[11] = 9
		},
		"bytes of memory in use": func(m *model, d *kernel.Device) { d.Memory = d.Memory[:1<<20] },
	} {
		for bus, find := range buses {
			m := newModel()
			d := find(m)
			spoil(m, d)
			if _, err := NewNet(d); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%s: error %v: want %s", bus, err, want)
			}
		}
	}
}

// What only one transport can have wrong is refused, too.
func TestTransportRefusals(t *testing.T) {
	for want, spoil := range map[string]func(m *model) *kernel.Device{
		"registers begin with 0x0": func(m *model) *kernel.Device {
			return lying(m, mmioMagic, 0)
		},
		"version 1: want": func(m *model) *kernel.Device { return lying(m, mmioVersion, 1) },
		"room for 0":      func(m *model) *kernel.Device { return lying(m, mmioQueueReady, 1) },
		"want them accepted": func(m *model) *kernel.Device {
			return lying(m, mmioStatus, 0)
		},
		"without registers": func(m *model) *kernel.Device {
			d := m.device()
			d.Registers[0] = nil
			return d
		},
		"without configuration space": func(m *model) *kernel.Device {
			d := m.pciDevice()
			d.Registers[kernel.PCIConfig] = nil
			return d
		},
		"registers of 0, 0 and 0": func(m *model) *kernel.Device {
			d := m.pciDevice()
			d.Registers[4] = nil
			return d
		},
		"no interrupt": func(m *model) *kernel.Device {
			d := m.pciDevice()
			d.Registers[4].(*pciModel).noMessage = true
			return d
		},
		"is notified at": func(m *model) *kernel.Device {
			d := m.pciDevice()
			d.Registers[4].(*pciModel).notice = 0x400
			return d
		},
	} {
		if _, err := NewNet(spoil(newModel())); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v: want %s", err, want)
		}
	}
}

// lying returns a device one of whose registers has always the same value.
func lying(m *model, register int, value uint32) *kernel.Device {
	d := m.device()
	d.Registers[0].(*mmioModel).lie = func(offset int, true uint32) uint32 {
		if offset == register {
			return value
		}
		return true
	}
	return d
}
