package shard

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"skerry/kernel/sim"
)

var update = flag.Bool("update", false, "write the scenario files in testdata anew")

// story is a scenario: what happens to shard 0 on a machine of three cores, told line by line. What
// is told between cores stands where it is heard.
type story struct {
	*world
	text strings.Builder
	t    *testing.T
}

// untold are the lines of a trace that a story leaves out.
var untold = regexp.MustCompile(`tells|shard [1-9]|hello, I live|alarm`)

func tell(t *testing.T, name string, play func(*story)) {
	s := &story{t: t}
	s.world = newWorld(sim.Config{
		Cores: 3, Seed: 1, Topology: sim.Uniform(time.Microsecond), Trace: &s.text, Say: say(3),
	}, 0, 1)
	s.patient = true
	play(s)
	var kept strings.Builder
	for line := range strings.Lines(s.text.String()) {
		if !untold.MatchString(line) {
			kept.WriteString(line)
		}
	}
	compare(t, filepath.Join("testdata", name+".txt"), kept.String())
}

// compare compares a story with a file.
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

// note writes a line of its own.
func (s *story) note(core int, format string, args ...any) {
	fmt.Fprintf(&s.text, "%-10v %-9v %s\n", time.Duration(s.net.Now()), s.ids[core],
		fmt.Sprintf(format, args...))
}

// reader is a client of a story.
type reader struct {
	s    *story
	core int
}

func (r reader) done(_ int, reply []byte, err error) {
	if err != nil {
		r.s.note(r.core, "answers its client: %v", err)
		return
	}
	r.s.note(r.core, "answers its client: %s", reply)
}

// ask has a client on a core ask for something of shard 0.
func (s *story) ask(core int, text string) {
	s.plan(core, entry{command: []byte(text), write: text[0] != 'g', client: reader{s, core}})
}

// plan gives a core a command, as a client does.
func (s *story) plan(core int, e entry) {
	s.errands = append(s.errands, e)
	if err := s.net.Command(s.ids[core], append([]byte{errand}, e.command...)); err != nil {
		s.t.Fatal(err)
	}
}

// until lets things happen until something is so.
func (s *story) until(so func() bool) {
	for !so() {
		if !s.net.Step() {
			s.t.Fatal("nothing more happens")
		}
	}
}

// replica returns what a core holds of shard 0.
func (s *story) replica(core int) *replica { return &s.site(s.ids[core]).replicas[0] }

// settle lets everything come to rest.
func (s *story) settle() {
	s.net.Run(time.Millisecond)
	s.text.WriteString("...\n")
}

// open lets the machine start, of which another story tells.
func (s *story) open() {
	s.net.Run(time.Millisecond)
	s.text.Reset()
	s.note(0, "is primary of shard 0 in view 2, core 1 is its backup")
}

// comeBack has the home of a written shard die, and start again.
func (s *story) comeBack() {
	s.open()
	s.ask(0, "set k one")
	s.net.Run(10 * time.Microsecond)
	s.die(0)
	s.settle()
	s.start(0)
}

func (s *story) die(core int) {
	if err := s.net.Kill(s.ids[core]); err != nil {
		s.t.Fatal(err)
	}
}

func (s *story) start(core int) {
	if err := s.net.Start(s.ids[core]); err != nil {
		s.t.Fatal(err)
	}
}

// A machine starts: the shard is claimed at home, and gets a backup; commands at any core.
func TestStoryOfAStart(t *testing.T) {
	tell(t, "start", func(s *story) {
		s.settle()
		s.ask(1, "set k one")
		s.net.Run(10 * time.Microsecond)
		s.ask(2, "get k")
		s.settle()
	})
}

// A primary dies: its backup takes over. A write that was under way is in doubt, a read is not.
func TestStoryOfADeath(t *testing.T) {
	tell(t, "death", func(s *story) {
		s.open()
		s.ask(2, "set k one")
		s.ask(2, "get k")
		s.net.Run(500 * time.Nanosecond)
		s.die(0)
		s.settle()
	})
}

// A shard's home comes back: it learns while writes go on, and is handed the shard.
func TestStoryOfAReturn(t *testing.T) {
	tell(t, "return", func(s *story) {
		s.comeBack()
		s.until(func() bool { return s.site(s.ids[0]) != nil && s.replica(0).role == Learner })
		s.ask(2, "set k two")
		s.until(func() bool { return s.replica(1).leaving != staying })
		s.ask(2, "get k")
		s.settle()
	})
}

// A primary dies in the middle of a hand-over: the backup that has let go carries out its will.
func TestStoryOfAWill(t *testing.T) {
	tell(t, "will", func(s *story) {
		s.comeBack()
		s.until(func() bool { return s.replica(2).heir == 0 })
		s.die(1)
		s.ask(2, "get k")
		s.settle()
	})
}

// Both copies are lost: the third core begins the shard anew, and says so.
func TestStoryOfALoss(t *testing.T) {
	tell(t, "loss", func(s *story) {
		s.open()
		s.ask(2, "set k one")
		s.net.Run(10 * time.Microsecond)
		s.die(0)
		s.die(1)
		s.ask(2, "get k")
		s.settle()
		s.note(2, "counts %d lost shards", s.site(s.ids[2]).counts.lost)
	})
}
