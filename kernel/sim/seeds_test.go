package sim

import (
	"os"
	"os/exec"
	"regexp"
	"testing"
	"time"

	"skerry/kernel"
	"skerry/kernel/step"
)

// plantedVariable is set in the processes of TestSeedsReplaysAPlantedBug.
const plantedVariable = "SKERRY_PLANTED"

// counter counts what it is told, and believes that it hears core 1 before core 2: a planted bug.
type counter struct{ boot kernel.BootInfo }

func (c counter) Step(in step.Event, out step.Outbox) {
	if in.Kind == step.Boot && c.boot.Core > 0 {
		out.Send(0, []byte{byte(c.boot.Core)})
	}
}

// This test fails under one seed in two, and is run by the next one only.
func TestPlanted(t *testing.T) {
	if os.Getenv(plantedVariable) == "" {
		t.Skip("the planted bug is there for TestSeedsReplaysAPlantedBug")
	}
	Seeds(t, 20, func(t *testing.T, seed uint64) {
		first := kernel.CoreID(0)
		cfg := Config{Cores: 3, Seed: seed, Faults: Faults{Jitter: time.Microsecond}}
		n := NewNet(cfg, func(boot kernel.BootInfo) step.Machine {
			return machineFunc(func(in step.Event, out step.Outbox) {
				if in.Kind == step.Message && first == 0 {
					first = in.From
				}
				counter{boot}.Step(in, out)
			})
		})
		n.Run(time.Millisecond)
		if first != 1 {
			t.Fatalf("the first message came from %v: want core 1 (hash %#x)", first, n.Hash())
		}
	})
}

// A planted bug is found by the seeds; the command that is printed then finds it again, the same
// way.
func TestSeedsReplaysAPlantedBug(t *testing.T) {
	run := func(pattern, seed string) string {
		cmd := exec.Command(os.Args[0], "-test.run", pattern)
		cmd.Env = append(os.Environ(), plantedVariable+"=1", seedVariable+"="+seed)
		out, err := cmd.CombinedOutput()
		if err == nil {
			t.Fatalf("the planted bug was not found:\n%s", out)
		}
		return string(out)
	}
	line := regexp.MustCompile(`replay: SKERRY_SEED=(\d+) go test \./kernel/sim -run '(\S+)'`)
	fault := regexp.MustCompile(`the first message came from .*`)

	once := run("^TestPlanted$", "")
	command := line.FindStringSubmatch(once)
	if command == nil {
		t.Fatalf("no line says how to replay:\n%s", once)
	}
	again := run(command[2], command[1])
	if a, b := fault.FindString(once), fault.FindString(again); a == "" || a != b {
		t.Errorf("found %q, and replayed %q: want the same", a, b)
	}
	if repeated := line.FindString(again); repeated != command[0] {
		t.Errorf("the replay says %q: want %q", repeated, command[0])
	}
}

// A panic under a seed fails the test with a replay line, and not the whole process.
func TestSeedsSurvivesAPanic(t *testing.T) {
	if os.Getenv(plantedVariable) != "" {
		Seeds(t, 1, func(*testing.T, uint64) { panic("planted") })
		return
	}
	cmd := exec.Command(os.Args[0], "-test.run", "^TestSeedsSurvivesAPanic$")
	cmd.Env = append(os.Environ(), plantedVariable+"=1", seedVariable+"=3")
	out, err := cmd.CombinedOutput()
	if err == nil || !regexp.MustCompile(`SKERRY_SEED=3 go test`).Match(out) {
		t.Errorf("%v: want a failure and a replay line:\n%s", err, out)
	}
}
