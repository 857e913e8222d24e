package shell

import (
	"bytes"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"skerry/coreos"
	"skerry/kernel"
	"skerry/kernel/sim"
)

// screen is what the cores of a machine print.
type screen struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (s *screen) Write(text []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.Write(text)
}

// commands returns the lines that were run, in order.
func (s *screen) commands() (lines []string) {
	for line := range strings.Lines(s.text.String()) {
		if command, ok := strings.CutPrefix(line, prompt); ok {
			lines = append(lines, strings.TrimSpace(command))
		}
	}
	return lines
}

// shows fails the test unless the patterns match, one after the other.
func (s *screen) shows(t *testing.T, patterns ...string) {
	t.Helper()
	rest := s.text.String()
	for _, p := range patterns {
		at := regexp.MustCompile(`(?m)` + p).FindStringIndex(rest)
		if at == nil {
			t.Fatalf("no %q after what matched before:\n%s", p, s.text.String())
		}
		rest = rest[at[1]:]
	}
}

// game is what is run on a simulated machine of three cores.
type game struct {
	script string
	typed  string                        // instead of a script
	driver func(kernel.Core) kernel.Core // around the sim's; may be nil
	live   func(*shell) error
}

// play runs the game, and returns what the cores print and how they end.
func (g game) play(t *testing.T) (*screen, []kernel.Epitaph) {
	t.Helper()
	out := new(screen)
	app := coreos.App{Name: "shell", Run: func(s *coreos.OS) error {
		sh, err := open(s, strings.NewReader(g.typed), out)
		if err != nil {
			return err
		}
		return g.live(sh)
	}}
	args := []string{"shell", "--exec", g.script}
	if g.typed != "" {
		args = args[:1]
	}
	ends := sim.Run(t, sim.Config{
		Cores: 3, Args: args, Panics: true, Faults: sim.Faults{Jitter: 50 * time.Microsecond},
	}, func(core kernel.Core) error {
		if g.driver != nil {
			core = g.driver(core)
		}
		return coreos.Program(app)(core)
	})
	return out, ends
}
