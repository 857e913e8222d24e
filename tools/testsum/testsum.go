// Testsum reads what `go test -json` writes, from standard input, and prints what a person wants
// of it: the packages as they finish, the full output of what failed, each skipped test with its
// reason, and on the last line, by itself, the counts:
//
//	312 passed, 0 failed, 2 skipped
//
// Every test and subtest counts as one; so does a package that fails by itself, for instance
// because it does not compile. The exit status is 1 if anything failed or nothing ran.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
)

// Lines of test output longer than this are an error.
const lineBytesMax = 16 << 20

// event is one line of `go test -json` (see `go doc test2json`). ImportPath is set in place of
// Package on what the build prints.
type event struct {
	Action     string
	Package    string
	ImportPath string
	Test       string
	Output     string
}

// summary follows any number of test runs.
type summary struct {
	out     io.Writer
	output  map[event]*strings.Builder // by unit, what it has printed so far
	failed  map[string]bool            // packages with a failed test
	passes  int
	fails   int
	skips   int
	skipped []string
}

func main() {
	s := newSummary(os.Stdout)
	if err := s.read(os.Stdin); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	if !s.print() {
		os.Exit(1)
	}
}

func newSummary(out io.Writer) *summary {
	return &summary{out: out, output: map[event]*strings.Builder{}, failed: map[string]bool{}}
}

// read takes in a stream; a line that is not JSON is passed on as it is.
func (s *summary) read(r io.Reader) error {
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, lineBytesMax)
	for lines.Scan() {
		var e event
		if json.Unmarshal(lines.Bytes(), &e) != nil {
			fmt.Fprintln(s.out, lines.Text())
			continue
		}
		s.add(e)
	}
	if err := lines.Err(); err != nil {
		return fmt.Errorf("testsum: reading test output: %w", err)
	}
	return nil
}

func (s *summary) add(e event) {
	unit := event{Package: e.Package, Test: e.Test}
	switch e.Action {
	case "output":
		s.buffer(unit).WriteString(e.Output)
	case "build-output":
		fmt.Fprint(s.out, e.Output)
	case "pass", "fail", "skip":
		s.finish(e.Action, unit)
		delete(s.output, unit)
	}
}

func (s *summary) buffer(unit event) *strings.Builder {
	if s.output[unit] == nil {
		s.output[unit] = &strings.Builder{}
	}
	return s.output[unit]
}

// finish counts a unit, which is a test or, without a test's name, a package.
func (s *summary) finish(action string, unit event) {
	printed := s.buffer(unit).String()
	switch {
	case unit.Test == "":
		s.finishPackage(action, unit.Package, printed)
	case action == "pass":
		s.passes++
	case action == "skip":
		s.skips++
		s.skipped = append(s.skipped, unit.Package+"."+unit.Test+": "+reason(printed))
	default:
		s.fails++
		s.failed[unit.Package] = true
		fmt.Fprint(s.out, printed)
	}
}

// finishPackage also prints what the tests said that a failed package did not finish: the end of a
// process is told by one of them, as what a panic or a time limit says.
func (s *summary) finishPackage(action, name, printed string) {
	for unit, said := range s.output {
		if action == "fail" && unit.Package == name && unit.Test != "" {
			fmt.Fprint(s.out, said)
			delete(s.output, unit)
		}
	}
	if action == "fail" && !s.failed[name] {
		s.fails++
		fmt.Fprint(s.out, printed)
		return
	}
	for line := range strings.Lines(printed) {
		if strings.HasPrefix(line, "ok ") || strings.HasPrefix(line, "FAIL\t") {
			fmt.Fprint(s.out, line)
		}
	}
}

// reason is what a skipped test printed, in one line and without the frame that go test sets.
func reason(printed string) string {
	var words []string
	for line := range strings.Lines(printed) {
		if !strings.HasPrefix(line, "=== ") && !strings.HasPrefix(strings.TrimSpace(line), "--- ") {
			words = append(words, strings.Fields(line)...)
		}
	}
	return strings.Join(words, " ")
}

// print writes the end of the report and tells whether all went well.
func (s *summary) print() bool {
	for _, line := range s.skipped {
		fmt.Fprintln(s.out, "skipped", line)
	}
	fmt.Fprintf(s.out, "%d passed, %d failed, %d skipped\n", s.passes, s.fails, s.skips)
	return s.fails == 0 && s.passes > 0
}
