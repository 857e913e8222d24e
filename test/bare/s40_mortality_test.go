package bare

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
)

// mortalCores is how many cores die in turn.
const mortalCores = 4

// Cores that live lose and double nothing that they send each other, whoever else dies around them,
// and what a core that died did not take is reported. Victims are drawn from all cores.
func TestS40Mortality(t *testing.T) {
	t.Parallel()
	deaths := 100
	if testing.Short() {
		deaths = 20
	}
	seed := rand.Uint32()
	t.Logf("seed %d", seed)
	m := bootMortality(t, seed, deaths, "")
	for round := range deaths {
		m.Expect(fmt.Sprintf("mortality: round %d is over", round))
	}
	if status := m.Status(); status != 0 {
		t.Errorf("seed %d: exit status %d: want 0", seed, status)
	}
}

// The test above catches a message that is lost between two cores that live, and one that a dead
// core did not take and nobody reports.
func TestS40MortalityIsSharp(t *testing.T) {
	t.Parallel()
	for plant, found := range map[string]string{
		"skip": `message of core \d: number \d+: want`,
		"hide": `death of core \d: 0 messages lost: want`,
	} {
		m := bootMortality(t, rand.Uint32(), 100, plant)
		m.Expect(found)
		if status := m.Status(); status == 0 {
			t.Errorf("%s: exit status 0: want an error", plant)
		}
	}
}

// bootMortality boots a machine whose program is testdata/mortality.
func bootMortality(t *testing.T, seed uint32, deaths int, plant string) *Machine {
	folder := t.TempDir()
	if err := BuildProgram(filepath.Join(folder, "mortality"),
		"./test/bare/testdata/mortality"); err != nil {
		t.Fatal(err)
	}
	description := filepath.Join(folder, "machine.toml")
	if err := os.WriteFile(description, fmt.Appendf(nil, `cores = %d
memory = "64MiB"
silent-seconds = 3
silent-ticks = 50
[[app]]
name = "mortality"
program = "mortality"
args = ["mortality", "%d", "%d", "%s"]
`, mortalCores, seed, deaths, plant), 0o644); err != nil {
		t.Fatal(err)
	}
	return built.Boot(t, Config{Board: "microvm", Accel: "tcg",
		Args: []string{"--machine", description}})
}
