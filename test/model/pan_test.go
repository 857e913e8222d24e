package model

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// check is one run of spin: a model, its -D flags, and what pan searches for.
type check struct {
	file    string
	defines []string
	cycles  bool // search for cycles (pan -l) instead of bad states
	partial bool // the bounds are such that some statements are never reached
	quick   bool // compile for a short search: a planted bug stops it early
}

// verdict is what pan reported.
type verdict struct {
	errors    int
	states    int
	vector    int // bytes
	depth     int
	truncated bool
	unreached []string // statements that no run reached, but for the ends of processes
	text      string
}

// depthMax is pan's -m: deeper searches are cut off, which parse reports.
const depthMax = 100_000

// requireTools skips the test, with the reason, where spin or gcc is missing.
func requireTools(t *testing.T) {
	t.Helper()
	for _, tool := range []string{"spin", "gcc"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("NO MODEL WAS CHECKED: %v (Debian, Ubuntu: apt-get install spin gcc)", err)
		}
	}
}

// verify runs spin, gcc and pan in a directory of its own.
func verify(t *testing.T, c check) verdict {
	t.Helper()
	dir := t.TempDir()
	source, err := os.ReadFile(c.file)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, c.file), source, 0o600); err != nil {
		t.Fatal(err)
	}
	spin := []string{"spin", "-a"}
	for _, d := range c.defines {
		spin = append(spin, "-D"+d)
	}
	output(t, dir, append(spin, c.file)...)
	gcc := []string{"gcc", "-w", "-o", "pan", "pan.c"}
	pan := []string{"./pan", fmt.Sprintf("-m%d", depthMax), "-w22"}
	if c.quick {
		gcc = append(gcc, "-O0")
	} else {
		gcc = append(gcc, "-O1") // -O2 takes longer to compile than it saves
	}
	if c.cycles {
		gcc, pan = append(gcc, "-DNP"), append(pan, "-l")
	} else {
		gcc = append(gcc, "-DSAFETY")
	}
	output(t, dir, gcc...)
	v, err := parse(output(t, dir, pan...))
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// output runs a command in dir and returns what it printed.
func output(t *testing.T, dir string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), args[0], args[1:]...)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("model: %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return string(out)
}

// parse reads pan's report; a report without its summary is an error.
func parse(text string) (verdict, error) {
	v := verdict{text: text, truncated: strings.Contains(text, "max search depth too small")}
	summary := regexp.MustCompile(`State-vector (\d+) byte, depth reached (\d+), errors: (\d+)`)
	states := regexp.MustCompile(`(\d+) states, stored`)
	m, s := summary.FindStringSubmatch(text), states.FindStringSubmatch(text)
	if m == nil || s == nil {
		return v, fmt.Errorf("model: pan's report has no summary: want state-vector and states\n%s",
			text)
	}
	for i, field := range []*int{&v.vector, &v.depth, &v.errors} {
		*field, _ = strconv.Atoi(m[i+1]) // digits, by the pattern
	}
	v.states, _ = strconv.Atoi(s[1])
	unreached := regexp.MustCompile(`(?m)^\t(\S+, state \d+, "(.*)")$`)
	for _, u := range unreached.FindAllStringSubmatch(text, -1) {
		if u[2] != "-end-" {
			v.unreached = append(v.unreached, u[1])
		}
	}
	return v, nil
}
