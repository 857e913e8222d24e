package virtio

import (
	"encoding/binary"
	"fmt"

	"skerry/kernel"
	"skerry/kernel/mmio"
)

// Where the model has its structures in range 4, and the steps between notifications.
const (
	modelCommon = 0x0000
	modelKind   = 0x2000
	modelNotify = 0x3000
	modelRange  = 0x4000
	modelScale  = 4
)

// pciDevice returns the model as a driver finds it: on PCI.
func (m *model) pciDevice() *kernel.Device {
	d := m.device()
	space := make([]byte, 4096)
	space[pciPointer] = 0x40
	at := 0x40
	for i, s := range []struct{ kind, base, offset, bytes int }{
		{5, 0, 0, 0}, {structureCommon, 4, modelCommon, commonBytes},
		{structureNotify, 4, modelNotify, 0x1000}, {3, 4, 0x1000, 4},
		{structureConfig, 4, modelKind, 0x1000}, {structureCommon, 4, 0x1000, 0x1000},
	} {
		c := space[at:]
		c[0], c[1], c[2], c[3], c[4] = capabilityVirtio, uint8(at+0x18), 0x14, uint8(s.kind),
			uint8(s.base)
		binary.LittleEndian.PutUint32(c[capabilityOffset:], uint32(s.offset))
		binary.LittleEndian.PutUint32(c[capabilityLength:], uint32(s.bytes))
		binary.LittleEndian.PutUint32(c[capabilityScale:], modelScale)
		if at += 0x18; i == 5 {
			c[1] = 0
		}
	}
	d.Bus, d.Registers[0], m.messages = kernel.PCI, nil, true
	d.Registers[kernel.PCIConfig] = mmio.Over(space)
	d.Registers[4] = &pciModel{model: m}
	return d
}

// pciModel is range 4.
type pciModel struct {
	kernel.Registers
	*model
	noMessage bool // there is none to be had
	notice    uint16
}

func (m *pciModel) Size() int { return modelRange }

func (m *pciModel) Load8(offset int) uint8 {
	switch {
	case offset == pciStatus:
		return m.model.status
	case offset == pciGeneration:
		m.change += m.changes
		return uint8(m.change)
	case offset >= modelKind && offset < modelNotify:
		return m.model.config[offset-modelKind]
	}
	panic(fmt.Sprintf("model: a load of a byte at %#x", offset))
}

func (m *pciModel) Load16(offset int) uint16 {
	switch {
	case offset == pciQueueSize:
		return m.queues[m.model.current%3].most
	case offset == pciQueueMessage && m.noMessage:
		return pciMessageNone
	case offset == pciQueueMessage:
		return pciMessage
	case offset == pciQueueNotify:
		return uint16(m.model.current) + m.notice
	case offset >= modelKind && offset < modelNotify:
		return binary.LittleEndian.Uint16(m.model.config[offset-modelKind:])
	}
	panic(fmt.Sprintf("model: a load of 16 bits at %#x", offset))
}

func (m *pciModel) Load32(offset int) uint32 {
	if offset == pciFeatures {
		return uint32(m.offered >> (32 * m.selector))
	}
	panic(fmt.Sprintf("model: a load of 32 bits at %#x", offset))
}

func (m *pciModel) Store8(offset int, value uint8) {
	if offset != pciStatus {
		panic(fmt.Sprintf("model: a store of a byte at %#x", offset))
	}
	m.model.setStatus(value)
}

func (m *pciModel) Store16(offset int, value uint16) {
	q := &m.queues[m.model.current%3]
	switch {
	case offset == pciQueue:
		m.model.current = uint32(value)
	case offset == pciQueueSize:
		q.size = value
	case offset == pciQueueMessage && value == pciMessage:
	case offset == pciQueueOn:
		q.on = value != 0
	case offset >= modelNotify && (offset-modelNotify)/modelScale == int(value):
		m.model.notify(uint32(value))
	default:
		panic(fmt.Sprintf("model: a store of 16 bits at %#x", offset))
	}
}

func (m *pciModel) Store32(offset int, value uint32) {
	q := &m.queues[m.model.current%3]
	switch offset {
	case pciFeaturesWord, pciAcceptedWord:
		m.selector = value & 1
	case pciAccepted:
		word(&m.accepted, m.selector != 0, value)
	case pciDescriptors, pciDescriptors + 4:
		word(&q.descriptors, offset&4 != 0, value)
	case pciOffered, pciOffered + 4:
		word(&q.offered, offset&4 != 0, value)
	case pciServed, pciServed + 4:
		word(&q.served, offset&4 != 0, value)
	default:
		panic(fmt.Sprintf("model: a store of 32 bits at %#x", offset))
	}
}
