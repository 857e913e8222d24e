package hosted

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"skerry/kernel"
)

// arrival is how long a test waits for what must come. No test asserts less.
const arrival = 20 * time.Second

// rig is a machine under test, and what its cores print.
type rig struct {
	*Machine
	t       *testing.T
	console string // path
}

// build makes a machine of this test's binary, with all cores off and huge pages only if some are
// free.
func build(t *testing.T, cores int, args ...string) *rig {
	t.Helper()
	return buildOf(t, Config{Cores: cores, Args: args})
}

func buildOf(t *testing.T, config Config) *rig {
	t.Helper()
	path := filepath.Join(t.TempDir(), "console")
	console, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	config.Instance, config.Output = self(t), console
	m, err := New(config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { m.Close(); console.Close() })
	return &rig{m, t, path}
}

func self(t *testing.T) string {
	t.Helper()
	path, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// start starts the cores from first to last.
func (r *rig) start(first, last kernel.CoreID) {
	r.t.Helper()
	for id := first; id <= last; id++ {
		if err := r.Start(id); err != nil {
			r.t.Fatal(err)
		}
	}
}

// ended waits until the given life of a core is over.
func (r *rig) ended(id kernel.CoreID, life uint64) {
	r.t.Helper()
	eventually(r.t, "the core's epitaph", func() bool {
		e, ok := r.Epitaph(id)
		return ok && e.Incarnation == life
	})
}

// said returns what the cores printed.
func (r *rig) said() string {
	text, err := os.ReadFile(r.console)
	if err != nil {
		r.t.Fatal(err)
	}
	return string(text)
}

// await waits until a core has printed the words.
func (r *rig) await(words string) {
	r.t.Helper()
	eventually(r.t, words, func() bool { return strings.Contains(r.said(), words) })
}

func eventually(t *testing.T, what string, cond func() bool) {
	t.Helper()
	if !within(arrival, cond) {
		t.Fatalf("not in %v: %s", arrival, what)
	}
}

// within tells whether cond comes true in so long.
func within(patience time.Duration, cond func() bool) bool {
	for end := time.Now().Add(patience); !cond(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			return false
		}
	}
	return true
}
