package machine

import (
	"fmt"
	"strings"

	"skerry/kernel/layout"
	"skerry/kernel/manifest"
)

// Device is a device that the machine is to have.
type Device struct {
	Kind  string // its name
	Cores uint64 // that may drive it: a set, a bit for each
}

// kinds returns the names of the devices that there can be.
func kinds() (names []string) {
	for kind := range uint64(manifest.KindsMax) {
		if name := manifest.KindName(kind); name != "" {
			names = append(names, name)
		}
	}
	return names
}

// KindOf returns the number of a kind of device; 0 if there is none of that name.
func KindOf(name string) uint64 {
	for kind := range uint64(manifest.KindsMax) {
		if name != "" && manifest.KindName(kind) == name {
			return kind
		}
	}
	return 0
}

// addDevice reads one [[device]].
func (m *Machine) addDevice(t table) {
	t.onlyKeys("kind", "cores")
	t.require("kind")
	device := Device{Kind: t.text("kind"), Cores: t.coreSet("cores", m.Cores)}
	if KindOf(device.Kind) == 0 {
		t.refuse("kind", fmt.Sprintf("unknown kind %q", device.Kind),
			"one of "+strings.Join(kinds(), ", "))
	}
	if len(m.Devices) == layout.DevicesMax {
		t.refuse("kind", fmt.Sprintf("device %d", len(m.Devices)+1),
			fmt.Sprintf("%d at most", layout.DevicesMax))
	}
	m.Devices = append(m.Devices, device)
}
