package bare

import (
	"fmt"
	"testing"
)

// Each core comes up, and says so in a line of its own with the time since power-on; the machine
// ends with its program's exit status.
func TestS00Boot(t *testing.T) {
	onMachines(t, func(t *testing.T, m *Machine, cores int) {
		var lines []string
		for core := range cores {
			lines = append(lines, fmt.Sprintf(`(?m)^\[ *\d+\.\d+\] core %d runs, `, core))
		}
		m.ExpectAll(lines...)
		if status := m.Status(); status != 0 {
			t.Errorf("exit status %d: want 0", status)
		}
	}, "--exec", "help")
}
