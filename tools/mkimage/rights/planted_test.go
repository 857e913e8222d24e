package rights

import (
	"testing"

	"skerry/kernel/cap"
)

// planted are decisions with a bug each.
var planted = map[string]decision{
	"everybody may do everything": func(*Machine, uint64, cap.Operation, uint64) bool {
		return true
	},
	"a window that one end wants": func(m *Machine, h uint64, o cap.Operation,
		b uint64) bool {
		return mayBe(m, h, o, b) ||
			o == cap.Share && max(h, b) < m.Cores && h != b && has(m.Core[h].Shares, b)
	},
	"a window to itself": func(m *Machine, h uint64, o cap.Operation, b uint64) bool {
		return mayBe(m, h, o, b) || o == cap.Share && h == b && h < m.Cores
	},
	"no bell of its own": func(m *Machine, h uint64, o cap.Operation, b uint64) bool {
		return mayBe(m, h, o, b) && (o != cap.Kick || h != b)
	},
	"control by the one controlled": func(m *Machine, h uint64, o cap.Operation,
		b uint64) bool {
		if o == cap.Stop {
			return mayBe(m, b, o, h)
		}
		return mayBe(m, h, o, b)
	},
	"the trace of strangers": func(m *Machine, h uint64, o cap.Operation, b uint64) bool {
		return mayBe(m, h, o, b) || o == cap.Inspect && max(h, b) < m.Cores
	},
	"power off by whom the last core is subject to": func(m *Machine, h uint64,
		o cap.Operation, b uint64) bool {
		if o == cap.PowerOff && max(h, b) < m.Cores {
			return m.control(h, m.Cores-1)
		}
		return mayBe(m, h, o, b)
	},
	"devices for those that share": func(m *Machine, h uint64, o cap.Operation,
		b uint64) bool {
		if o == cap.Drive && max(h, b) < m.Cores && b < m.Devices {
			return m.share(h, b)
		}
		return mayBe(m, h, o, b)
	},
	"cores that are not there": func(m *Machine, h uint64, o cap.Operation, b uint64) bool {
		return mayBe(m, h, o, b) || o == cap.Stop && h < m.Cores && b == m.Cores
	},
}

// TestPlanted sees each bug found.
func TestPlanted(t *testing.T) {
	for bug, may := range planted {
		if err := play(may, 1); err == nil {
			t.Errorf("%s: not found", bug)
		}
	}
}
