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

// play runs a script on a simulated machine of three cores, and returns what they print and how
// they end. The driver is the sim's, unless there is another around it.
func play(t *testing.T, script string, driver func(kernel.Core) kernel.Core,
	live func(*shell) error) (*screen, []kernel.Epitaph) {
	t.Helper()
	out := new(screen)
	app := coreos.App{Name: "shell", Run: func(s *coreos.OS) error {
		sh, err := open(s, strings.NewReader(""), out)
		if err != nil {
			return err
		}
		return live(sh)
	}}
	ends := sim.Run(t, sim.Config{
		Cores: 3, Args: []string{"shell", "--exec", script}, Panics: true,
		Faults: sim.Faults{Jitter: 50 * time.Microsecond},
	}, func(core kernel.Core) error {
		if driver != nil {
			core = driver(core)
		}
		return coreos.Program(app)(core)
	})
	return out, ends
}
