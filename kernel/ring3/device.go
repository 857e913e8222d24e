package ring3

import (
	"errors"
	"fmt"
	"syscall"

	"skerry/kernel"
	"skerry/kernel/commons"
	"skerry/kernel/drivercall"
	"skerry/kernel/layout"
	"skerry/kernel/manifest"
	"skerry/kernel/mmio"
)

var _ kernel.Devices = (*Core)(nil)

// A compile error here means that the contract numbers the buses and ranges otherwise than the
// driver.
var (
	_ = [1]struct{}{}[uint64(commons.MMIO)-uint64(kernel.MMIO)]
	_ = [1]struct{}{}[uint64(commons.PCI)-uint64(kernel.PCI)]
	_ = [1]struct{}{}[commons.ConfigRange-kernel.PCIConfig]
)

// Devices implements kernel.Devices.
func (c *Core) Devices() (list []kernel.DeviceInfo) {
	var h drivercall.Hardware
	for id := 0; c.driver.device(uint64(id), &h) == nil; id++ {
		if h.Bus != uint64(commons.NoBus) {
			list = append(list, c.deviceInfo(id, &h))
		}
	}
	return list
}

func (c *Core) deviceInfo(id int, h *drivercall.Hardware) kernel.DeviceInfo {
	info := kernel.DeviceInfo{
		ID: id, Kind: manifest.KindName(h.Kind), Bus: kernel.Bus(h.Bus), Held: h.Holder != 0,
	}
	if info.Held {
		info.Holder = kernel.CoreID(h.Holder - 1)
	}
	for _, core := range c.boot.Cores {
		if h.Cores>>core.Index()&1 != 0 {
			info.Cores = append(info.Cores, core)
		}
	}
	return info
}

// Claim implements kernel.Devices.
func (c *Core) Claim(id int) (*kernel.Device, error) {
	var h drivercall.Hardware
	err := c.driver.claim(uint64(id))
	if err == nil {
		err = c.driver.device(uint64(id), &h)
	}
	switch {
	case errors.Is(err, syscall.ENODEV):
		err = kernel.ErrNoDevice
	case errors.Is(err, syscall.EBUSY):
		err = kernel.ErrTaken
	case errors.Is(err, syscall.EPERM):
		err = kernel.ErrForbidden
	}
	if err != nil {
		return nil, fmt.Errorf("ring3: claim device %d: %w", id, err)
	}
	d := &kernel.Device{
		DeviceInfo: c.deviceInfo(id, &h), Address: h.Address,
		Memory: memoryAt(drivercall.MemoryAt(uint64(id)), layout.BlockBytes),
	}
	d.Shared = mmio.Over(d.Memory)
	for i, r := range h.Range {
		if r.Bytes != 0 {
			d.Registers[i] = mmio.Over(memoryAt(r.At, r.Bytes))
		}
	}
	return d, nil
}
