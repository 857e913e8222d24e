package virtio

import (
	"fmt"

	"skerry/kernel"
)

// A capability in configuration space tells where a structure is (4.1.4).
const (
	pciPointer       = 0x34 // to the first capability
	capabilityVirtio = 9
	capabilityType   = 3 // bytes behind its begin
	capabilityBase   = 4
	capabilityOffset = 8
	capabilityLength = 12
	capabilityScale  = 16 // of the notifications'
)

// Structures (4.1.4), and how many bytes each has at least.
const (
	structureCommon = 1
	structureNotify = 2
	structureConfig = 4
	structures      = 5

	commonBytes = 56
	notifyBytes = 2
	configBytes = 12
)

// Registers of the common structure (4.1.4.3).
const (
	pciFeaturesWord    = 0
	pciFeatures        = 4
	pciAcceptedWord    = 8
	pciAccepted        = 12
	pciConfigMessage   = 16
	pciStatus          = 20
	pciGeneration      = 21
	pciQueue           = 22
	pciQueueSize       = 24
	pciQueueMessage    = 26
	pciQueueOn         = 28
	pciQueueNotify     = 30
	pciDescriptors     = 32
	pciOffered         = 40
	pciServed          = 48
	pciMessage         = 0      // the driver below has set up one
	pciMessageNone     = 0xffff // and what the device answers if it has no room for it
	pciQueuesOfADevice = 3
)

// structure is a part of one of the device's ranges of registers.
type structure struct {
	kernel.Registers
	start, bytes int
}

// pciTransport is the transport over PCI.
type pciTransport struct {
	common, notifications, kind structure

	scale   uint32                  // bytes between two notifications' registers
	notices [pciQueuesOfADevice]int // where to notify of each queue
}

func newPCI(d *kernel.Device) (*pciTransport, error) {
	config := d.Registers[kernel.PCIConfig]
	if config == nil {
		return nil, fmt.Errorf("virtio: a PCI device without configuration space: want it")
	}
	p := &pciTransport{}
	at := int(config.Load8(pciPointer)) &^ 3
	for range capabilitiesMax {
		if at == 0 {
			break
		}
		if config.Load8(at) == capabilityVirtio {
			p.find(d, config, at)
		}
		at = int(config.Load8(at+1)) &^ 3
	}
	for _, s := range []struct {
		structure
		bytes int
	}{{p.common, commonBytes}, {p.notifications, notifyBytes}, {p.kind, configBytes}} {
		if s.structure.bytes < s.bytes || s.start%4 != 0 {
			return nil, fmt.Errorf("virtio: a PCI device with registers of %d, %d and %d bytes: "+
				"want %d, %d and %d, aligned", p.common.bytes, p.notifications.bytes, p.kind.bytes,
				commonBytes, notifyBytes, configBytes)
		}
	}
	return p, nil
}

// find takes a structure that a capability tells of, unless one of its kind was found before, or it
// lies where the device has no registers.
func (p *pciTransport) find(d *kernel.Device, config kernel.Registers, at int) {
	if at+capabilityScale+4 > config.Size() {
		return
	}
	base := config.Load8(at + capabilityBase)
	start, bytes := config.Load32(at+capabilityOffset), config.Load32(at+capabilityLength)
	if base >= kernel.PCIConfig || d.Registers[base] == nil {
		return
	}
	registers := d.Registers[base]
	size := uint64(registers.Size())
	if uint64(start) > size {
		return
	}
	found := structure{registers, int(start), int(min(uint64(bytes), size-uint64(start)))}
	switch kind := config.Load8(at + capabilityType); {
	case kind == structureCommon && p.common.Registers == nil:
		p.common = found
	case kind == structureNotify && p.notifications.Registers == nil:
		p.notifications, p.scale = found, config.Load32(at+capabilityScale)
	case kind == structureConfig && p.kind.Registers == nil:
		p.kind = found
	}
}

func (p *pciTransport) status() uint8 { return p.common.Load8(p.common.start + pciStatus) }

func (p *pciTransport) setStatus(status uint8) { p.common.Store8(p.common.start+pciStatus, status) }

func (p *pciTransport) features() (features uint64) {
	for word := range uint32(2) {
		p.common.Store32(p.common.start+pciFeaturesWord, word)
		features |= uint64(p.common.Load32(p.common.start+pciFeatures)) << (32 * word)
	}
	return features
}

func (p *pciTransport) setFeatures(features uint64) {
	for word := range uint32(2) {
		p.common.Store32(p.common.start+pciAcceptedWord, word)
		p.common.Store32(p.common.start+pciAccepted, uint32(features>>(32*word)))
	}
}

func (p *pciTransport) queueMax(queue int) int {
	p.common.Store16(p.common.start+pciQueue, uint16(queue))
	return int(min(p.common.Load16(p.common.start+pciQueueSize), queueMax))
}

func (p *pciTransport) setQueue(queue int, at places) error {
	c, start := p.common, p.common.start
	c.Store16(start+pciQueue, uint16(queue))
	c.Store16(start+pciQueueSize, at.size)
	c.Store16(start+pciQueueMessage, pciMessage)
	if c.Load16(start+pciQueueMessage) == pciMessageNone {
		return fmt.Errorf("virtio: queue %d: no interrupt: want message %d", queue, pciMessage)
	}
	notice := uint64(c.Load16(start+pciQueueNotify)) * uint64(p.scale)
	if notice+notifyBytes > uint64(p.notifications.bytes) || notice%notifyBytes != 0 {
		return fmt.Errorf("virtio: queue %d is notified at %#x: want an even place below %#x",
			queue, notice, p.notifications.bytes-1)
	}
	p.notices[queue] = p.notifications.start + int(notice)
	store64(c, start+pciDescriptors, at.descriptors)
	store64(c, start+pciOffered, at.offered)
	store64(c, start+pciServed, at.served)
	c.Store16(start+pciQueueOn, 1)
	return nil
}

func (p *pciTransport) notify(queue int) {
	p.notifications.Store16(p.notices[queue], uint16(queue))
}

// quiet has nothing to do: each message is an interrupt of its own.
func (p *pciTransport) quiet() {}

func (p *pciTransport) config() (kernel.Registers, int) { return p.kind.Registers, p.kind.start }

func (p *pciTransport) generation() uint32 {
	return uint32(p.common.Load8(p.common.start + pciGeneration))
}
