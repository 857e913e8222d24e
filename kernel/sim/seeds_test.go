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

// plantedVariable is set in the processes that these tests start: there they fail.
const plantedVariable = "SKERRY_PLANTED"

// believer is core 0's part in a planted bug: it believes that core 1 is heard before core 2.
type believer struct{ first kernel.CoreID }

func (b *believer) Step(in step.Event, _ step.Outbox) {
	if in.Kind == step.Message && b.first == 0 {
		b.first = in.From
	}
}

// plantedBug fails under about one seed in two.
func plantedBug(t *testing.T, seed uint64) {
	n := NewNet(Config{Cores: 3, Seed: seed, Faults: Faults{Jitter: time.Microsecond}},
		func(boot kernel.BootInfo) step.Machine {
			if boot.Core == 0 {
				return &believer{}
			}
			return machineFunc(func(in step.Event, out step.Outbox) { out.Send(0, nil) })
		})
	n.Run(time.Millisecond)
	if first := n.Machine(0).(*believer).first; first != 1 {
		t.Fatalf("the first message came from %v: want core 1 (hash %#x)", first, n.Hash())
	}
}

// A planted bug is found by the seeds; the command that is printed then finds it again, the same
// way.
func TestSeedsReplaysAPlantedBug(t *testing.T) {
	if os.Getenv(plantedVariable) != "" {
		Seeds(t, 20, plantedBug)
		return
	}
	run := func(pattern, seed string) string {
		cmd := exec.Command(os.Args[0], "-test.run", pattern)
		cmd.Env = append(os.Environ(), plantedVariable+"=1", seedVariable+"="+seed)
		out, err := cmd.CombinedOutput()
		if err == nil {
			t.Fatalf("the planted bug was not found:\n%s", out)
		}
		return string(out)
	}
	line := regexp.MustCompile(`replay: SKERRY_SEED=(\d+) go test skerry/kernel/sim -run '(\S+)'`)
	fault := regexp.MustCompile(`the first message came from .*`)

	once := run("^"+t.Name()+"$", "")
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
