package sim

import (
	"flag"
	"os"
	"strings"
	"testing"
	"time"

	"skerry/kernel"
	"skerry/kernel/step"
)

var update = flag.Bool("update", false, "write the scenario files in testdata anew")

// asker sends what it is asked to all other cores; the others answer.
type asker struct{ boot kernel.BootInfo }

func (a asker) Step(in step.Event, out step.Outbox) {
	switch in.Kind {
	case step.Command:
		for _, id := range a.boot.Cores {
			if id != a.boot.Core {
				out.Send(id, in.Body)
			}
		}
		out.SetAlarm(in.Now.Add(time.Millisecond))
	case step.Message:
		if text := string(in.Body); !strings.HasPrefix(text, "yes, ") {
			out.Send(in.From, []byte("yes, "+text))
		}
	}
}

// What happens to messages around a death is what testdata/death.txt tells.
func TestScenarioDeath(t *testing.T) {
	var text strings.Builder
	cfg := Config{
		Cores: 3, Seed: 1, Ring: 1,
		Trace: &text, Say: func(body []byte) string { return string(body) },
		Topology: Clusters(2, 2*time.Microsecond, 30*time.Microsecond),
	}
	n := NewNet(cfg, func(boot kernel.BootInfo) step.Machine { return asker{boot} })
	ask := func(id kernel.CoreID, what string) {
		if err := n.Command(id, []byte(what)); err != nil {
			t.Fatal(err)
		}
	}
	must := func(err error) {
		if err != nil {
			t.Fatal(err)
		}
	}
	n.Run(time.Microsecond)
	ask(0, "are you there?")
	ask(0, "still?")
	n.Run(40 * time.Microsecond)
	must(n.Kill(2)) // its answer is under way
	ask(0, "who is there?")
	must(n.Start(2))
	n.Run(100 * time.Microsecond)
	ask(0, "who is there now?")
	n.Run(2 * time.Millisecond)
	compare(t, "testdata/death.txt", text.String())
}

// compare compares a trace with a file.
func compare(t *testing.T, name, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(name, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s doesn't tell what happened (go test -update writes it anew):\n%s", name, got)
	}
}
