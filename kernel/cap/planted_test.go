package cap

import (
	"testing"

	"skerry/kernel/manifest"
)

// planted are decisions with a bug each.
var planted = map[string]decision{
	"everybody may do everything": func(*manifest.Manifest, uint64, Operation, uint64) bool {
		return true
	},
	"a window that one end wants": func(m *manifest.Manifest, h uint64, o Operation,
		b uint64) bool {
		return May(m, h, o, b) ||
			o == Share && max(h, b) < m.Cores && h != b && has(m.Core[h].Shares, b)
	},
	"a window to itself": func(m *manifest.Manifest, h uint64, o Operation, b uint64) bool {
		return May(m, h, o, b) || o == Share && h == b && h < m.Cores
	},
	"no bell of its own": func(m *manifest.Manifest, h uint64, o Operation, b uint64) bool {
		return May(m, h, o, b) && (o != Kick || h != b)
	},
	"control by the one controlled": func(m *manifest.Manifest, h uint64, o Operation,
		b uint64) bool {
		if o == Stop {
			return May(m, b, o, h)
		}
		return May(m, h, o, b)
	},
	"the trace of strangers": func(m *manifest.Manifest, h uint64, o Operation, b uint64) bool {
		return May(m, h, o, b) || o == Inspect && max(h, b) < m.Cores
	},
	"power off by whom the last core is subject to": func(m *manifest.Manifest, h uint64,
		o Operation, b uint64) bool {
		if o == PowerOff && max(h, b) < m.Cores {
			return control(m, h, m.Cores-1)
		}
		return May(m, h, o, b)
	},
	"devices for those that share": func(m *manifest.Manifest, h uint64, o Operation,
		b uint64) bool {
		if o == Drive && max(h, b) < m.Cores && b < m.Devices {
			return share(m, h, b)
		}
		return May(m, h, o, b)
	},
	"cores that are not there": func(m *manifest.Manifest, h uint64, o Operation, b uint64) bool {
		return May(m, h, o, b) || o == Stop && h < m.Cores && b == m.Cores
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
