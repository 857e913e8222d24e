package bare

import (
	"fmt"
	"testing"
)

// Somebody at the serial console gets a prompt, an answer to each command, and the end that was
// asked for, with its status.
func TestS20Console(t *testing.T) {
	onMachines(t, func(t *testing.T, m *Machine, cores int) {
		m.Expect(`skerry> `)
		m.Send("cores\r")
		for core := range cores {
			m.Expect(fmt.Sprintf(`(?m)^%d +running`, core))
		}
		m.Expect(`skerry> `)
		m.Send("coers\r")
		m.Expect(`shell: unknown command "coers": did you mean "cores"\?`)
		m.Expect(`skerry> `)
		m.Send("exit 5\r")
		if status := m.Status(); status != 5 {
			t.Errorf("exit status %d: want 5", status)
		}
	}, "shell")
}

// Commands given beforehand run in turn, and the machine ends with the status of the first that
// failed, or 0.
func TestS20Exec(t *testing.T) {
	t.Parallel()
	for commands, want := range map[string]int{
		"help; mem; trace": 0,
		"help; nonsense 1": 2,
		"ping 7; exit 4":   4,
	} {
		m := built.Boot(t, Config{Board: "microvm", Accel: "tcg", Cores: 2,
			Args: []string{"--exec", commands}})
		if got := m.Status(); got != want {
			t.Errorf("%q: exit status %d: want %d", commands, got, want)
		}
	}
}

// Input that ends is as good as a person who leaves.
func TestS20EndOfInput(t *testing.T) {
	t.Parallel()
	m := built.Boot(t, Config{Board: "microvm", Accel: "tcg", Cores: 1, Args: []string{"shell"}})
	m.Send("help\n")
	m.CloseInput()
	m.Expect(`list the commands`)
	if status := m.Status(); status != 0 {
		t.Errorf("exit status %d: want 0", status)
	}
}
