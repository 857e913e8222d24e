package virtio

import (
	"encoding/binary"
	"fmt"

	"skerry/kernel"
	"skerry/kernel/mmio"
)

// model is a device, written once more from the standard, plainly: it keeps the rules unless a test
// makes it lie. It works when it is notified, or when a test has it work.
type model struct {
	kind     uint32
	memory   []byte
	address  uint64
	offered  uint64 // features
	accepted uint64
	status   uint8
	selector uint32 // of features
	current  uint32 // queue
	queues   [3]modelQueue
	config   [64]byte
	changes  uint32 // of the configuration, at each read of its number
	change   uint32

	notified   int
	interrupts int
	pending    uint32 // interrupts that were not taken as seen: a line has one edge for all
	messages   bool   // each interrupt is a message of its own

	sent []packet // by the driver
	busy bool     // it works when a test has it work, and not when it is notified
	deaf bool     // a bug: it asks for no notification when it falls asleep
	mute bool     // a bug: it never interrupts
	dull bool     // does not reset
}

// packet is a frame with its header.
type packet struct{ header, frame []byte }

type modelQueue struct {
	most                         uint16
	size                         uint16
	descriptors, offered, served uint64
	on                           bool
	next, done                   uint16
}

const modelAddress = 0x40_0000

// newModel returns a card with all features.
func newModel() *model {
	m := &model{
		kind: 1, memory: make([]byte, 2<<20), address: modelAddress,
		offered: featuresNet | featureVersion1 | featureEventIndex,
	}
	for i := range m.queues {
		m.queues[i].most = 256
	}
	copy(m.config[:], []byte{0x52, 0x54, 0, 1, 2, 3, 1, 0, 1, 0, 0xdc, 5})
	return m
}

// at returns memory at an address of the device's; it panics outside.
func (m *model) at(address uint64, bytes int) []byte {
	offset := address - m.address
	return m.memory[offset : offset+uint64(bytes)]
}

func (m *model) u16(address uint64) uint16 { return binary.LittleEndian.Uint16(m.at(address, 2)) }

// chain returns the parts of a chain, those to read and those to write.
func (m *model) chain(q *modelQueue, head uint16) (read, write [][]byte) {
	for i, count := head, 0; ; count++ {
		if i >= q.size || count >= int(q.size) {
			panic(fmt.Sprintf("model: a chain through %d of %d", i, q.size))
		}
		d := m.at(q.descriptors+16*uint64(i), 16)
		part := m.at(binary.LittleEndian.Uint64(d), int(binary.LittleEndian.Uint32(d[8:])))
		flags := binary.LittleEndian.Uint16(d[12:])
		if flags&2 != 0 {
			write = append(write, part)
		} else if len(write) > 0 {
			panic("model: a part to read behind one to write")
		} else {
			read = append(read, part)
		}
		if flags&1 == 0 {
			return read, write
		}
		i = binary.LittleEndian.Uint16(d[14:])
	}
}

// pop returns the next head that the driver offers. If there is none it asks for a notification.
func (m *model) pop(q *modelQueue) (head uint16, ok bool) {
	for range 2 {
		if m.u16(q.offered+2) != q.next {
			head = m.u16(q.offered + 4 + 2*uint64(q.next%q.size))
			q.next++
			return head, true
		}
		if !m.deaf {
			binary.LittleEndian.PutUint16(m.at(q.served+4+8*uint64(q.size), 2), q.next)
		}
	}
	return 0, false
}

// serve writes down chains as served, and makes them seen at once.
func (m *model) serve(q *modelQueue, heads []uint16, written []int) {
	before := q.done
	for i, head := range heads {
		at := m.at(q.served+4+8*uint64(q.done%q.size), 8)
		binary.LittleEndian.PutUint32(at, uint32(head))
		binary.LittleEndian.PutUint32(at[4:], uint32(written[i]))
		q.done++
	}
	binary.LittleEndian.PutUint16(m.at(q.served+2, 2), q.done)
	wants := m.u16(q.offered)&1 == 0
	if m.accepted&featureEventIndex != 0 {
		wants = q.done-m.u16(q.offered+4+2*uint64(q.size))-1 < q.done-before
	}
	if wants && !m.mute {
		if m.pending == 0 || m.messages {
			m.interrupts++
		}
		m.pending |= 1
	}
}

// work sends what the driver has for it.
func (m *model) work() {
	q := &m.queues[queueSend]
	for {
		head, ok := m.pop(q)
		if !ok {
			return
		}
		read, _ := m.chain(q, head)
		var all []byte
		for _, part := range read {
			all = append(all, part...)
		}
		m.sent = append(m.sent, packet{all[:12], all[12:]})
		m.serve(q, []uint16{head}, []int{0})
	}
}

// deliver hands the driver a frame; false if it has no room for it.
func (m *model) deliver(header [12]byte, frame []byte) bool {
	q := &m.queues[queueReceive]
	next, all := q.next, append(header[:len(header):len(header)], frame...)
	var heads []uint16
	var written []int
	var parts [][]byte
	for rest := len(all); rest > 0; {
		head, ok := m.pop(q)
		if !ok {
			q.next = next
			return false
		}
		_, write := m.chain(q, head)
		bytes := min(rest, len(write[0]))
		heads, written = append(heads, head), append(written, bytes)
		parts = append(parts, write[0])
		rest -= bytes
	}
	if m.accepted&featureMerge != 0 {
		binary.LittleEndian.PutUint16(all[10:], uint16(len(heads)))
	}
	for i, part := range parts {
		copy(part, all[:written[i]])
		all = all[written[i]:]
	}
	m.serve(q, heads, written)
	return true
}

func (m *model) setStatus(status uint8) {
	if status == 0 && !m.dull {
		most := m.queues[0].most
		m.queues = [3]modelQueue{}
		for i := range m.queues {
			m.queues[i].most = most
		}
		m.accepted, m.status, m.pending = 0, 0, 0
		return
	}
	if status&statusFeatures != 0 && m.accepted&^m.offered != 0 {
		status &^= statusFeatures
	}
	m.status |= status
}

func (m *model) notify(queue uint32) {
	m.notified++
	if !m.busy && queue == queueSend && m.status&statusDriverOK != 0 {
		m.work()
	}
}

// word sets 32 bits of a number of 64.
func word(v *uint64, high bool, value uint32) {
	if high {
		*v = *v&0xffff_ffff | uint64(value)<<32
	} else {
		*v = *v&^0xffff_ffff | uint64(value)
	}
}

// device returns the model as a driver finds it: with registers in memory.
func (m *model) device() *kernel.Device {
	d := &kernel.Device{
		DeviceInfo: kernel.DeviceInfo{Bus: kernel.MMIO}, Memory: m.memory,
		Shared: mmio.Over(m.memory), Address: m.address,
	}
	d.Registers[0] = &mmioModel{model: m}
	return d
}

// mmioModel is the registers of a model in memory.
type mmioModel struct {
	kernel.Registers // what is not there: calls of it fail
	*model
	lie func(offset int, value uint32) uint32 // may change what is read
}

func (m *mmioModel) Size() int { return 512 }

func (m *mmioModel) Load32(offset int) uint32 {
	value := m.load(offset)
	if m.lie != nil {
		value = m.lie(offset, value)
	}
	return value
}

func (m *mmioModel) load(offset int) uint32 {
	switch offset {
	case mmioMagic:
		return mmioMagicValue
	case mmioVersion:
		return 2
	case mmioFeatures:
		return uint32(m.offered >> (32 * m.selector))
	case mmioQueueMax:
		return uint32(m.queues[m.model.current%3].most)
	case mmioQueueReady:
		return 0
	case mmioStatus:
		return uint32(m.model.status)
	case mmioGeneration:
		m.change += m.changes
		return m.change
	}
	panic(fmt.Sprintf("model: a load at %#x", offset))
}

func (m *mmioModel) Load16(offset int) uint16 {
	return binary.LittleEndian.Uint16(m.model.config[offset-mmioConfig:])
}

func (m *mmioModel) Load8(offset int) uint8 { return m.model.config[offset-mmioConfig] }

func (m *mmioModel) Store32(offset int, value uint32) {
	q := &m.queues[m.model.current%3]
	switch offset {
	case mmioFeaturesWord, mmioAcceptedWord:
		m.selector = value & 1
	case mmioAccepted:
		word(&m.accepted, m.selector != 0, value)
	case mmioQueue:
		m.model.current = value
	case mmioQueueSize:
		q.size = uint16(value)
	case mmioDescriptors, mmioDescriptors + 4:
		word(&q.descriptors, offset&4 != 0, value)
	case mmioOffered, mmioOffered + 4:
		word(&q.offered, offset&4 != 0, value)
	case mmioServed, mmioServed + 4:
		word(&q.served, offset&4 != 0, value)
	case mmioQueueReady:
		q.on = value != 0
	case mmioNotify:
		m.model.notify(value)
	case mmioInterruptsSeen:
		m.pending &^= value
	case mmioStatus:
		m.model.setStatus(uint8(value))
	default:
		panic(fmt.Sprintf("model: a store at %#x", offset))
	}
}
