package rights

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"skerry/kernel/cap"
	"skerry/kernel/layout"
	"skerry/kernel/manifest"
)

// A machine of three cores, of which the last shares with core 1 only and controls nothing: what
// each may do to the others, to 0, 1 and 2 in turn.
func TestMachine(t *testing.T) {
	m := &Machine{Cores: 3}
	m.Core[0] = Core{Shares: All, Controls: All}
	m.Core[1] = Core{Shares: All, Controls: 1 << 2}
	m.Core[2] = Core{Shares: 1 << 1}
	for _, c := range []struct {
		operation cap.Operation
		holders   [3]string
	}{
		{cap.None, [3]string{"---", "---", "---"}},
		{cap.Share, [3]string{"-+-", "+-+", "-+-"}},
		{cap.Kick, [3]string{"++-", "+++", "-++"}},
		{cap.Start, [3]string{"+++", "-++", "--+"}},
		{cap.Stop, [3]string{"+++", "-++", "--+"}},
		{cap.Provoke, [3]string{"+++", "-++", "--+"}},
		{cap.Inspect, [3]string{"+++", "+++", "-++"}},
		{cap.PowerOff, [3]string{"+++", "---", "---"}},
		{cap.Operations, [3]string{"---", "---", "---"}},
	} {
		for holder, want := range c.holders {
			for object := range want {
				got := mayBe(m, uint64(holder), c.operation, uint64(object))
				if got != (want[object] == '+') {
					t.Errorf("operation %d of core %d to core %d: %v: want %s", c.operation,
						holder, object, got, want)
				}
			}
		}
	}
}

// model is the rules, said once more and without haste: what each core wants of each, as a square
// of answers, and which cores are in the set of each device.
type model struct{ shares, controls, drives [][]bool }

func (d *model) may(holder uint64, operation cap.Operation, object uint64) bool {
	cores := uint64(len(d.shares))
	if operation == cap.Drive {
		return holder < cores && object < uint64(len(d.drives)) && d.drives[object][holder]
	}
	if holder >= cores || object >= cores {
		return false
	}
	window := holder != object && d.shares[holder][object] && d.shares[object][holder]
	rules := holder == object || d.controls[holder][object]
	rulesAll := true
	for c := range cores {
		rulesAll = rulesAll && (c == holder || d.controls[holder][c])
	}
	return map[cap.Operation]bool{
		cap.Share: window, cap.Kick: window || holder == object, cap.Inspect: window || rules,
		cap.Start: rules, cap.Stop: rules, cap.Provoke: rules, cap.PowerOff: rulesAll,
	}[operation]
}

// drawn returns a machine in two forms. Each bit is asked of draw.
func drawn(cores uint64, draw func() bool) (*Machine, *model) {
	m, d := &Machine{Cores: cores, Devices: layout.DevicesMax}, &model{}
	row := func(set *uint64) (answers []bool) {
		for c := range uint64(layout.CoresMax) {
			yes := draw() // also for cores that are not there
			if yes {
				*set |= 1 << c
			}
			if c < cores {
				answers = append(answers, yes)
			}
		}
		return answers
	}
	for c := range cores {
		d.shares = append(d.shares, row(&m.Core[c].Shares))
		d.controls = append(d.controls, row(&m.Core[c].Controls))
	}
	for i := range m.Device {
		d.drives = append(d.drives, row(&m.Device[i]))
	}
	return m, d
}

// mayBe is a decision by the rules.
func mayBe(m *Machine, holder uint64, o cap.Operation, object uint64) bool {
	return m.may(holder, o, object)
}

// decision is mayBe, or one with a bug.
type decision func(m *Machine, holder uint64, o cap.Operation, object uint64) bool

// compare asks a decision for each pair of cores, some that are not there, and each operation.
func compare(may decision, m *Machine, d *model) error {
	var table manifest.Manifest
	m.Draw(&table)
	for holder := range m.Cores + 2 {
		for object := range m.Cores + 2 {
			for o := range cap.Operations + 1 {
				got, want := may(m, holder, o, object), d.may(holder, o, object)
				if got != want || cap.May(&table, holder, o, object) != want {
					return fmt.Errorf("%d cores: operation %d of core %d to core %d: %v: want %v",
						m.Cores, o, holder, object, got, want)
				}
			}
		}
	}
	return nil
}

// play compares a decision with the model on machines of all sizes.
func play(may decision, seed uint64) error {
	random := rand.New(rand.NewPCG(seed, 0))
	for cores := range uint64(layout.CoresMax + 1) {
		for _, density := range []float64{0, 0.1, 0.5, 0.9, 1} {
			m, d := drawn(cores, func() bool { return random.Float64() < density })
			if err := compare(may, m, d); err != nil {
				return fmt.Errorf("seed %d, density %g: %w", seed, density, err)
			}
		}
	}
	return nil
}

// The decision is the model's, on random machines of all sizes, also for cores and operations that
// there are not. Planted: TestPlanted.
func TestModel(t *testing.T) {
	if err := play(mayBe, rand.Uint64()); err != nil {
		t.Error(err)
	}
}

// The decision is the model's on every machine of one or two cores.
func TestExhaustive(t *testing.T) {
	for cores := uint64(1); cores <= 2; cores++ {
		for bits := range uint64(1) << (2 * cores * cores) {
			asked := uint64(0)
			m, d := drawn(cores, func() bool {
				core := asked % layout.CoresMax
				row := asked / layout.CoresMax
				asked++
				return core < cores && bits>>(row*cores+core)&1 != 0
			})
			if err := compare(mayBe, m, d); err != nil {
				t.Fatalf("bits %#x: %v", bits, err)
			}
		}
	}
}

// FuzzMay: the decision is the model's for any words, and a manifest that makes no sense crashes
// nothing.
func FuzzMay(f *testing.F) {
	f.Add(uint64(3), uint64(1), uint64(2), uint8(cap.Stop), uint64(1))
	f.Add(uint64(64), uint64(7), uint64(63), uint8(cap.PowerOff), uint64(64))
	f.Fuzz(func(t *testing.T, cores, seed, holder uint64, operation uint8, object uint64) {
		random := rand.New(rand.NewPCG(seed, 0))
		m, d := drawn(min(cores, layout.CoresMax), func() bool { return random.IntN(4) > 0 })
		m.Cores = cores
		got := mayBe(m, holder, cap.Operation(operation), object)
		var table manifest.Manifest
		m.Draw(&table)
		want := d.may(holder, cap.Operation(operation), object)
		if got != want || cap.May(&table, holder, cap.Operation(operation), object) != want {
			t.Errorf("%d cores: operation %d of core %d to core %d: %v: want %v", cores, operation,
				holder, object, got, want)
		}
	})
}
