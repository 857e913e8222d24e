package main

import (
	"slices"
	"strings"
	"testing"

	"skerry/tools/machine"
)

// The devices of a machine are QEMU's, by PCI or named on the machine's command line; the first
// card has the ports that are published.
func TestDeviceArguments(t *testing.T) {
	m := &machine.Machine{Devices: []machine.Device{
		{Kind: "virtio-rng"}, {Kind: "virtio-net"}, {Kind: "virtio-net"},
	}}
	list := []publication{{Port: tcp(80), host: 8080}, {Port: udp(53), host: 8053}}
	for board, want := range map[string]string{
		"q35": "-device virtio-rng-pci,disable-legacy=on " +
			"-netdev user,id=net1,hostfwd=tcp:127.0.0.1:8080-:80,hostfwd=udp:127.0.0.1:8053-:53 " +
			"-device virtio-net-pci,disable-legacy=on,romfile=,netdev=net1 " +
			"-netdev user,id=net2 -device virtio-net-pci,disable-legacy=on,romfile=,netdev=net2",
		"microvm": "-device virtio-rng-device,bus=virtio-mmio-bus.0 " +
			"-netdev user,id=net1,hostfwd=tcp:127.0.0.1:8080-:80,hostfwd=udp:127.0.0.1:8053-:53 " +
			"-device virtio-net-device,netdev=net1,bus=virtio-mmio-bus.1 " +
			"-netdev user,id=net2 -device virtio-net-device,netdev=net2,bus=virtio-mmio-bus.2 " +
			"-global virtio-mmio.force-legacy=false -append virtio_mmio.device=512@0xfeb00000:16 " +
			"virtio_mmio.device=512@0xfeb00200:17 virtio_mmio.device=512@0xfeb00400:18",
	} {
		v := &virtual{board: board, devices: devices(m, slices.Clone(list))}
		if got := strings.Join(v.deviceArguments(), " "); got != want {
			t.Errorf("%s:\n%s\nwant\n%s", board, got, want)
		}
	}
	if got := (&virtual{board: "microvm"}).deviceArguments(); got != nil {
		t.Errorf("no devices: %q: want nothing", got)
	}
}

// Ports are published where there is a card; to ask for one without is refused.
func TestForwards(t *testing.T) {
	o := &options{}
	bare := &machine.Machine{
		Apps: []machine.App{{Name: "a", Ports: []machine.Port{tcp(80)}}}, On: [][]int{{0}},
	}
	var said strings.Builder
	list, err := o.forwards(bare, &said)
	if err != nil || list != nil || !strings.HasPrefix(said.String(), "skerry: a: serves 80/tcp,") {
		t.Errorf("no card: %v, error %v, says %q: want a line that there is none", list, err, &said)
	}
	o.publish = []publication{{Port: tcp(80), host: mustPort(t)}}
	_, err = o.forwards(bare, &said)
	if err == nil || !strings.Contains(err.Error(), "without a card") {
		t.Errorf("--publish without a card: error %v", err)
	}
	bare.Devices = []machine.Device{{Kind: "virtio-rng"}, {Kind: "virtio-net"}}
	if list, err := o.forwards(bare, &said); err != nil || len(list) != 1 {
		t.Errorf("with a card: %v, error %v: want one port", list, err)
	}
	short, err := o.short(2, memoryApps, []string{"a"}, nil)
	if err != nil || len(short.Devices) != 1 {
		t.Errorf("what is run with --publish: %+v, error %v: want a card", short, err)
	}
}
