package bare

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

// withCard is a machine with a card that cores 0 and 1 may drive, which wait so long for what must
// come.
const withCard = `cores = 3
memory = "32MiB"
[[app]]
name = "network"
program = "network"
args = ["network", "%s"]
[[device]]
kind = "virtio-net"
cores = "0-1"
[[device]]
kind = "virtio-rng"
cores = "0-1"
`

// How long cores wait: where a bug is planted, what they wait for never comes.
const (
	netPatience        = "40s"
	netPatiencePlanted = "5s"
)

// bootCard boots that machine, with more arguments.
func bootCard(t *testing.T, board, accel, patience string, args ...string) *Machine {
	t.Helper()
	folder := t.TempDir()
	err := BuildProgram(filepath.Join(folder, "network"), "./test/bare/testdata/network")
	if err != nil {
		t.Fatal(err)
	}
	description := filepath.Join(folder, "machine.toml")
	if err := os.WriteFile(description, fmt.Appendf(nil, withCard, patience), 0o644); err != nil {
		t.Fatal(err)
	}
	return built.Boot(t, Config{Board: board, Accel: accel,
		Args: append([]string{"--machine", description}, args...)})
}

// A core drives the card that it claimed: what it asks the gateway is answered, whole, and wakes
// it. Nobody else may have the card while that core lives. When it dies, with answers on their way,
// they spoil no memory of its next life, and another core has the card; also the one that has not
// got the console, and whose interrupts another core so passes on. Planted: below.
func TestS70Net(t *testing.T) {
	for _, c := range []struct{ board, accel, bus string }{
		{"microvm", "tcg", "mmio"}, {"q35", "tcg", "pci"}, {"microvm", "kvm", "mmio"},
		{"q35", "kvm", "pci"},
	} {
		if c.accel == "kvm" && testing.Short() {
			return
		}
		t.Run(c.board+"/"+c.accel, func(t *testing.T) {
			beside(t, c.accel)
			m, bus := bootCard(t, c.board, c.accel, netPatience), c.bus
			m.ExpectAll(
				`core 2, life 1, sees a virtio-net on `+bus+` for \[core 0 core 1\]`,
				`core 2, life 1, claims: ring3: claim device 0: `+forbidden,
				`core 1, life 1, claims what core 0 has: ring3: claim device 0: kernel: a living `+
					`core drives the device`,
				`core 0, life 1, 30 answers, woken true`,
				`core 0, life 1, random numbers differ: true`,
				`core 0 died, life 1: panicked: the card is still at work`,
				`core 0, life 2, 0 of 8388608 bytes spoilt`,
				`core 1, life 1, 30 answers, woken true`,
				`core 0, life 2, 30 answers, woken true`,
				`core 0, life 2, random numbers differ: true`,
			)
			if status := m.Status(); status != 0 {
				t.Errorf("exit status %d: want 0", status)
			}
		})
	}
}

// TestS70Planted boots drivers of which each lacks something, and sees what comes of it.
func TestS70Planted(t *testing.T) {
	t.Parallel()
	const device = "kernel/bare/device.go"
	for _, c := range []struct{ from, to, says string }{
		{"!cap.May(image(), me, cap.Drive, i):", "cap.May(image(), me, cap.None, i):",
			`core 2, life 1, claims: (<nil>|.* a living core drives the device)`},
		{"if holder(d) != 0 ||", "if last != last ||",
			`core 1, life 1, claims what core 0 has: <nil>`},
		{"h == 0 || ended(h.Core()%layout.CoresMax) >= h.Life()", "h == 0",
			`network: nothing in 5s: want the end of core 0`},
		{"		instance.Ring()\n", "", `no interrupt in 5s`},
	} {
		t.Run(c.from, func(t *testing.T) {
			t.Parallel()
			m := bootCard(t, "microvm", "tcg", netPatiencePlanted,
				"--driver", plantedDriver(t, device, c.from, c.to))
			m.Expect(c.says)
		})
	}
}

// A device that interrupts without end costs its driver's core a life, and no more: another core
// goes on. The limit is lowered, so that honest interrupts pass it.
func TestS70Storm(t *testing.T) {
	t.Parallel()
	driver := plantedDriver(t, "kernel/bare/limits.go", "rungMax = 50_000", "rungMax = 3")
	m := bootCard(t, "microvm", "tcg", netPatience, "--driver", driver)
	m.Expect(`core 0 died, life 1: faulted: device 0: over 3 interrupts between two ticks`)
	m.Expect(`core 0 runs, 32 MiB, life 2`)
}

// Random calls whose arguments point to a device's registers find a driver that uses such pointers.
func TestS70CallsFindPlantedBug(t *testing.T) {
	t.Parallel()
	pointers := plant{"kernel/bare/device.go", "prot, vm.Device,", "prot, vm.Fixed,", ""}
	binaries, err := Build(t.TempDir(), overlay(t, pointers))
	if err != nil {
		t.Fatal(err)
	}
	m := bootHostile(t, binaries, 1, 10_000_000)
	m.Expect(`hostile: breach: seed 1, life \d+: +ring 0: exception `)
}
