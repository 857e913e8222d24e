package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"skerry/kernel/manifest"
	"skerry/tools/machine"
)

// The devices of QEMU, by their kinds, for boards with PCI and without.
var devicesPCI = map[uint64]string{
	manifest.KindNet:    "virtio-net-pci,disable-legacy=on,romfile=,netdev=net",
	manifest.KindRandom: "virtio-rng-pci,disable-legacy=on",
}

var devicesMMIO = map[uint64]string{
	manifest.KindNet:    "virtio-net-device,netdev=net",
	manifest.KindRandom: "virtio-rng-device",
}

// Where the devices of a microvm are that has one interrupt controller for lines: QEMU,
// include/hw/i386/microvm.h and hw/i386/microvm.c.
const (
	mmioFirst = 0xfeb0_0000
	mmioBytes = 512
	mmioLine  = 16
)

// device is a device of a virtual machine.
type device struct {
	kind    uint64        // as in the manifest
	forward []publication // to a card, from ports of the host
}

// forwards returns the ports of a machine on bare that the host is to have. A machine without a
// card has none, and it says so if somebody could expect some.
func (o *options) forwards(m *machine.Machine, say io.Writer) ([]publication, error) {
	card := manifest.KindName(manifest.KindNet)
	if slices.ContainsFunc(m.Devices, func(d machine.Device) bool { return d.Kind == card }) {
		return o.publications(m)
	}
	if len(o.publish) > 0 {
		return nil, fmt.Errorf("skerry: --publish %d:%v for a machine without a card: want a "+
			"[[device]] of kind %s in its machine.toml", o.publish[0].host, o.publish[0].Port, card)
	}
	for _, app := range m.Apps {
		if len(app.Ports) > 0 {
			fmt.Fprintf(say, "skerry: %s: serves %v, but cannot be reached: the machine has no "+
				"[[device]] of kind %s\n", app.Name, app.Ports[0], card)
		}
	}
	return nil, nil
}

// devices returns those that a machine's description wants. The first card gets what is published.
func devices(m *machine.Machine, list []publication) (all []device) {
	for _, d := range m.Devices {
		next := device{kind: machine.KindOf(d.Kind)}
		if next.kind == manifest.KindNet {
			next.forward, list = list, nil
		}
		all = append(all, next)
	}
	return all
}

// deviceArguments returns QEMU's arguments for the devices. A card is on a network of QEMU's own,
// which takes no privileges. The microvm's devices are named on the machine's command line, since
// there is no bus to find them on.
func (v *virtual) deviceArguments() (args []string) {
	var line []string
	for i, d := range v.devices {
		number := fmt.Sprint(i)
		model := devicesPCI[d.kind]
		if v.board == "microvm" {
			model = fmt.Sprintf("%s,bus=virtio-mmio-bus.%d", devicesMMIO[d.kind], i)
			line = append(line, fmt.Sprintf("virtio_mmio.device=%d@%#x:%d", mmioBytes,
				mmioFirst+i*mmioBytes, mmioLine+i))
		}
		if d.kind == manifest.KindNet {
			model = strings.Replace(model, "netdev=net", "netdev=net"+number, 1)
			network := "user,id=net" + number
			for _, p := range d.forward {
				network += fmt.Sprintf(",hostfwd=%s:127.0.0.1:%d-:%d", p.Network, p.host,
					p.Number)
			}
			args = append(args, "-netdev", network)
		}
		args = append(args, "-device", model)
	}
	if len(line) > 0 {
		args = append(args, "-global", "virtio-mmio.force-legacy=false", "-append",
			strings.Join(line, " "))
	}
	return args
}

// listens returns on how many ports of the host QEMU listens for the machine.
func (v *virtual) listens() (count int) {
	for _, d := range v.devices {
		for _, p := range d.forward {
			if p.Network == "tcp" {
				count++
			}
		}
	}
	return count
}
