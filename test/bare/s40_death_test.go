package bare

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

// Whatever ends a core's life, the others learn of it with the right cause, and the core comes back
// and answers. Core 0 is among the victims: then another core has the console.
func TestS40Deaths(t *testing.T) {
	for i, config := range machines {
		if config.Cores < 2 || i > 0 && testing.Short() {
			continue
		}
		for _, victim := range []int{config.Cores - 1, 0} {
			t.Run(fmt.Sprintf("%s/%s/%d/victim%d", config.Board, config.Accel, config.Cores,
				victim), func(t *testing.T) {
				beside(t, config.Accel)
				killEachWay(t, config, victim)
			})
		}
	}
}

// deaths are commands that end the life of the core that they name, and what its epitaph says.
var deaths = []struct{ command, epitaph string }{
	{"stop %d", "stopped"},
	{"crash %d", "panicked"},
	{"fault %d", "faulted"},
	{"hang %d ring3", "silent"},
	{"hang %d ring0", "silent"},
}

// watched is a machine that is quick to call silence a death: it waits for it only.
const watched = `cores = %d
memory = "64MiB"
silent-seconds = 3
silent-ticks = 30
[[app]]
name = "shell"
`

func killEachWay(t *testing.T, config Config, victim int) {
	script := "cores"
	for _, d := range deaths {
		script += fmt.Sprintf("; "+d.command+"; start %d; ping %d", victim, victim, victim)
	}
	description := filepath.Join(t.TempDir(), "machine.toml")
	text := fmt.Appendf(nil, watched, config.Cores)
	if err := os.WriteFile(description, text, 0o644); err != nil {
		t.Fatal(err)
	}
	config.Args = []string{"--machine", description, "--exec", script}
	m := built.Boot(t, config)
	for life, d := range deaths {
		m.Expect(fmt.Sprintf(`core %d died, life %d: %s: `, victim, life+1, d.epitaph))
		m.Expect(fmt.Sprintf(`%d, life %d: answers after`, victim, life+2))
	}
	if status := m.Status(); status != 0 {
		t.Errorf("exit status %d: want 0", status)
	}
}
