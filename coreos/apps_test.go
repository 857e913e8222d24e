package coreos

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"skerry/kernel"
	"skerry/kernel/epitaph"
	"skerry/kernel/sim"
	"skerry/msgpass/idl/example"
)

// log is what the apps of a test say.
type log struct {
	mu    sync.Mutex
	lines []string
}

func (l *log) say(format string, args ...any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lines = append(l.lines, fmt.Sprintf(format, args...))
}

func (l *log) has(line string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Contains(l.lines, line)
}

// Apps of one core have arguments of their own, and each is told what the loop has to tell. The
// core ends when all have returned.
func TestAppsShareCore(t *testing.T) {
	said := new(log)
	app := func(name string) App {
		return App{Name: name, Run: func(s *OS) error {
			core := s.Core().Boot().Core
			deaths := make(chan kernel.CoreID, 1)
			s.Loop().Lock()
			s.Watch(func(turn Turn) {
				for _, d := range turn.Deaths {
					deaths <- d.Core
				}
			})
			s.Loop().Unlock()
			said.say("%v: %s %q", core, name, s.Args())
			if core == 0 {
				said.say("%s hears of %v", name, <-deaths)
			}
			return nil
		}}
	}
	ends := sim.Run(t, sim.Config{Cores: 2, Args: strings.Fields("a -x + b + a y z")},
		Program(app("a"), app("b")))
	for _, line := range []string{
		`core 0: a ["-x"]`, `core 0: b []`, `core 0: a ["y" "z"]`, `core 1: a ["y" "z"]`,
		"a hears of core 1", "b hears of core 1",
	} {
		if !said.has(line) {
			t.Errorf("the apps say %q: want %q too", said.lines, line)
		}
	}
	for _, e := range ends {
		if e.Cause != epitaph.Exited {
			t.Errorf("%v: want it exited", e)
		}
	}
}

// The first app that fails ends its core, though others go on.
func TestAppFailsForCore(t *testing.T) {
	ends := sim.Run(t, sim.Config{Cores: 1, Args: strings.Fields("stay + fail + done")}, Program(
		App{Name: "stay", Run: func(*OS) error { select {} }},
		App{Name: "done", Run: func(*OS) error { return nil }},
		App{Name: "fail", Run: func(*OS) error {
			time.Sleep(time.Second)
			return errors.New("bad luck")
		}},
	))
	if ends[0].Reason != "bad luck" {
		t.Errorf("%v: want it dead of bad luck", ends[0])
	}
}

// late is a server of the interface, and a client that tells when it is bound.
type late struct {
	example.EchoServer
	example.EchoCallbacks
	bound chan error
}

func (l *late) Joined(*example.EchoPeer) {}
func (l *late) Left(*example.EchoPeer)   {}
func (l *late) Down([]uint32)            {}
func (l *late) Bound(err error)          { l.bound <- err }

// Who asks for what a core does not serve yet is bound soon after it does, without asking.
func TestServesLate(t *testing.T) {
	refusals := 0
	app := App{Name: "test", Run: func(s *OS) error {
		l := &late{bound: make(chan error, 100)}
		if s.Core().Boot().Core == 1 {
			time.Sleep(time.Second)
			s.Loop().Lock()
			defer s.Loop().Unlock()
			return example.ServeEcho(s.Loop().Services(), l)
		}
		s.Loop().Lock()
		_, err := example.NewEchoClient(s.Loop().Channel(1), l)
		s.Loop().Unlock()
		for ; err == nil && <-l.bound != nil; refusals++ {
		}
		return err
	}}
	stay := App{Name: "stay", Run: func(*OS) error {
		time.Sleep(2 * time.Second)
		return nil
	}}
	sim.Run(t, sim.Config{Cores: 2, Args: strings.Fields("test + stay")}, Program(app, stay))
	if refusals == 0 || refusals > 20 {
		t.Errorf("refused %d times in a second: want some, and not many", refusals)
	}
}

// What a core has once is made once though several ask, and again only after a failure.
func TestOnce(t *testing.T) {
	type key struct{}
	calls := 0
	app := App{Name: "test", Run: func(s *OS) error {
		get := func() (int, error) {
			return Once(s, key{}, func() (int, error) {
				time.Sleep(time.Second)
				if calls++; calls == 1 {
					return 0, errors.New("not yet")
				}
				return calls, nil
			})
		}
		first, err := get()
		if err == nil || first != 0 {
			t.Errorf("first %d, error %v: want 0 and the error", first, err)
		}
		var all sync.WaitGroup
		for range 10 {
			all.Go(func() {
				if n, err := get(); n != 2 || err != nil {
					t.Errorf("%d, error %v: want 2", n, err)
				}
			})
		}
		all.Wait()
		return nil
	}}
	sim.Run(t, sim.Config{Cores: 1, Args: []string{"test"}}, Program(app))
}

// What a core cannot run is refused with the reason.
func TestPlanRefuses(t *testing.T) {
	apps := []App{{Name: "echo"}, {Name: "ring", OwnsLoop: true}}
	for text, want := range map[string]string{
		"":             "no name in the boot information: want one of echo, ring",
		"rink":         `"rink": want one of echo, ring`,
		"echo + rink":  `"rink": want one of echo, ring`,
		"echo +":       "no name",
		"+ echo":       "no name",
		"echo + + hi":  "no name",
		"echo -x +":    "no name",
		"echo + ring":  "2 apps with ring, which runs the loop itself: want it alone",
		"ring + ring ": "2 apps with ring",
	} {
		_, err := plan(apps, strings.Fields(text))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v: want %s", text, err, want)
		}
	}
	if _, err := plan(apps, []string{"ring", "x"}); err != nil {
		t.Error(err)
	}
}
