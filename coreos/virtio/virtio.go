// Package virtio drives the devices that virtual machines have: network cards and sources of
// random numbers, by the standard, "Virtual I/O Device (VIRTIO) Version 1.2"; numbers in comments
// are its sections.
//
// A device is reached over a transport: registers in memory (mmioTransport), or PCI (pciTransport).
// It and the driver pass buffers through queues in memory that both see (queue). Each kind of
// device is a file of its own: Net, Random.
//
// Nothing that a device writes is trusted: it is read once, checked, and used from where the device
// cannot change it. A device that breaks the rules is stopped, and its driver has an error from
// then on. It cannot be kept from other memory, since there is nothing between it and memory: so
// its core is trusted with all memory, and a device that is hostile can do what it likes there.
package virtio

import (
	"fmt"

	"skerry/kernel"
)

// Bits of a device's status (2.1).
const (
	statusFound     = 1
	statusDriver    = 2
	statusDriverOK  = 4
	statusFeatures  = 8
	statusWantReset = 64
)

// Features of all devices (6).
const (
	featureEventIndex = 1 << 29
	featureVersion1   = 1 << 32
)

// transport is how a device's registers are reached.
type transport interface {
	status() uint8
	setStatus(status uint8)
	features() uint64
	setFeatures(features uint64)

	// queueMax returns how long a queue can be; 0: there is none of that number.
	queueMax(queue int) int
	// setQueue tells where a queue is, and turns it on.
	setQueue(queue int, at places) error
	// notify tells the device that a queue has something new.
	notify(queue int)
	// quiet takes an interrupt as seen, so that there can be another one.
	quiet()

	// config returns the registers of the device's kind, and where they begin.
	config() (registers kernel.Registers, start int)
	// generation changes whenever those may have changed.
	generation() uint32
}

// places are the addresses of a queue's parts, for the device, and how many entries they have.
type places struct {
	size                         uint16
	descriptors, offered, served uint64
}

// device is a device that is being set up, and then used.
type device struct {
	transport
	memory   []byte           // seen by the device
	shared   kernel.Registers // the same
	address  uint64           // of it, for the device
	taken    int              // bytes of it that are in use
	accepted uint64           // features
}

// open resets a device, as its last driver may have left it running, and agrees with it on
// features: those of wanted that it offers.
func open(d *kernel.Device, wanted uint64) (*device, error) {
	t, err := reach(d)
	if err != nil {
		return nil, err
	}
	v := &device{transport: t, memory: d.Memory, shared: d.Shared, address: d.Address}
	if err := v.reset(); err != nil {
		return nil, err
	}
	v.setStatus(statusFound)
	v.setStatus(statusFound | statusDriver)
	offered := v.features()
	if offered&featureVersion1 == 0 {
		return nil, fmt.Errorf("virtio: a device with features %#x: want version 1 of the standard",
			offered)
	}
	v.accepted = offered & (wanted | featureVersion1 | featureEventIndex)
	v.setFeatures(v.accepted)
	v.setStatus(statusFound | statusDriver | statusFeatures)
	if s := v.status(); s&statusFeatures == 0 {
		return nil, fmt.Errorf("virtio: features %#x of %#x: status %#x: want them accepted",
			v.accepted, offered, s)
	}
	return v, nil
}

// reach returns a device's transport.
func reach(d *kernel.Device) (transport, error) {
	switch d.Bus {
	case kernel.MMIO:
		return newMMIO(d.Registers[0])
	case kernel.PCI:
		return newPCI(d)
	}
	return nil, fmt.Errorf("virtio: a device on bus %v: want mmio or pci", d.Bus)
}

// reset stops a device: when it says so, it uses no memory any more (2.1.2).
func (v *device) reset() error {
	v.setStatus(0)
	for range resetPollsMax {
		if v.status() == 0 {
			return nil
		}
	}
	return fmt.Errorf("virtio: a reset leaves status %#x: want 0", v.status())
}

// ready lets the device begin.
func (v *device) ready() {
	v.setStatus(statusFound | statusDriver | statusFeatures | statusDriverOK)
}

// has tells whether a feature was agreed on.
func (v *device) has(feature uint64) bool { return v.accepted&feature != 0 }

// take returns where in the memory there are so many bytes that nobody uses.
func (v *device) take(bytes int) (int, error) {
	at := (v.taken + takeAlign - 1) &^ (takeAlign - 1)
	if bytes > len(v.memory)-at {
		return 0, fmt.Errorf("virtio: %d bytes of memory in use, %d more: want %d at most", at,
			bytes, len(v.memory))
	}
	v.taken = at + bytes
	return at, nil
}

// readConfig calls read until the registers of the device's kind did not change meanwhile (2.4.1).
func (v *device) readConfig(read func(registers kernel.Registers, start int)) error {
	registers, start := v.config()
	for range configReadsMax {
		before := v.generation()
		read(registers, start)
		if v.generation() == before {
			return nil
		}
	}
	return fmt.Errorf("virtio: the configuration changed %d times while it was read: want it to "+
		"settle", configReadsMax)
}
