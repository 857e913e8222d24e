package virtio

import (
	"fmt"

	"skerry/kernel"
)

// Registers (4.2.2).
const (
	mmioMagic          = 0x000
	mmioVersion        = 0x004
	mmioFeatures       = 0x010
	mmioFeaturesWord   = 0x014
	mmioAccepted       = 0x020
	mmioAcceptedWord   = 0x024
	mmioQueue          = 0x030
	mmioQueueMax       = 0x034
	mmioQueueSize      = 0x038
	mmioQueueReady     = 0x044
	mmioNotify         = 0x050
	mmioInterruptsSeen = 0x064
	mmioStatus         = 0x070
	mmioDescriptors    = 0x080
	mmioOffered        = 0x090
	mmioServed         = 0x0a0
	mmioGeneration     = 0x0fc
	mmioConfig         = 0x100

	mmioMagicValue   = 'v' | 'i'<<8 | 'r'<<16 | 't'<<24
	mmioVersionValue = 2

	mmioInterruptsAll = 3 // a queue has something; the configuration has changed

	// mmioBytesMin is what a device has at least, with some room for its kind's registers.
	mmioBytesMin = mmioConfig + 0x40
)

// mmioTransport is the transport over registers in memory.
type mmioTransport struct{ registers kernel.Registers }

func newMMIO(r kernel.Registers) (*mmioTransport, error) {
	if r == nil || r.Size() < mmioBytesMin {
		return nil, fmt.Errorf("virtio: a device without registers: want %d bytes of them",
			mmioBytesMin)
	}
	magic, version := r.Load32(mmioMagic), r.Load32(mmioVersion)
	if magic != mmioMagicValue || version != mmioVersionValue {
		return nil, fmt.Errorf("virtio: registers begin with %#x, version %d: want %#x, version %d",
			magic, version, mmioMagicValue, mmioVersionValue)
	}
	return &mmioTransport{r}, nil
}

func (m *mmioTransport) status() uint8 { return uint8(m.registers.Load32(mmioStatus)) }

func (m *mmioTransport) setStatus(status uint8) { m.registers.Store32(mmioStatus, uint32(status)) }

func (m *mmioTransport) features() (features uint64) {
	for word := range uint32(2) {
		m.registers.Store32(mmioFeaturesWord, word)
		features |= uint64(m.registers.Load32(mmioFeatures)) << (32 * word)
	}
	return features
}

func (m *mmioTransport) setFeatures(features uint64) {
	for word := range uint32(2) {
		m.registers.Store32(mmioAcceptedWord, word)
		m.registers.Store32(mmioAccepted, uint32(features>>(32*word)))
	}
}

func (m *mmioTransport) queueMax(queue int) int {
	m.registers.Store32(mmioQueue, uint32(queue))
	if m.registers.Load32(mmioQueueReady) != 0 {
		return 0 // in use
	}
	return int(min(m.registers.Load32(mmioQueueMax), queueMax))
}

func (m *mmioTransport) setQueue(queue int, at places) error {
	m.registers.Store32(mmioQueue, uint32(queue))
	m.registers.Store32(mmioQueueSize, uint32(at.size))
	store64(m.registers, mmioDescriptors, at.descriptors)
	store64(m.registers, mmioOffered, at.offered)
	store64(m.registers, mmioServed, at.served)
	m.registers.Store32(mmioQueueReady, 1)
	return nil
}

// store64 writes a register of 64 bits as two of 32, as all transports want.
func store64(r kernel.Registers, offset int, value uint64) {
	r.Store32(offset, uint32(value))
	r.Store32(offset+4, uint32(value>>32))
}

func (m *mmioTransport) notify(queue int) { m.registers.Store32(mmioNotify, uint32(queue)) }

// quiet lowers the line, without a look at what raised it: each access may cost much.
func (m *mmioTransport) quiet() { m.registers.Store32(mmioInterruptsSeen, mmioInterruptsAll) }

func (m *mmioTransport) config() (kernel.Registers, int) { return m.registers, mmioConfig }

func (m *mmioTransport) generation() uint32 { return m.registers.Load32(mmioGeneration) }
