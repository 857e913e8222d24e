package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"skerry/kernel/hosted"
	"skerry/test/bench/harness"
	"skerry/test/limit"
)

// TestMain lets this program be the workers and the janitor, as the real one is.
func TestMain(m *testing.M) {
	own := []string{workerVerb, bareVerb, clientVerb, loopbackVerb, janitorVerb}
	if hosted.Booted() || len(os.Args) > 1 && slices.Contains(own, os.Args[1]) {
		main()
		return
	}
	os.Exit(m.Run())
}

// needs skips the test, saying so, where the benchmark cannot run at all.
func needs(t *testing.T) {
	t.Helper()
	if _, err := limit.Build(t.TempDir()); errors.Is(err, limit.ErrNoCompiler) {
		t.Skipf("SKIPPED, nothing was checked: %v", err)
	}
	if _, _, err := harness.TwoCPUs(); err != nil {
		t.Skipf("SKIPPED, nothing was checked: %v", err)
	}
}

// A run of a few rounds prints a table and the bars, and writes JSON and a picture.
func TestMsgEndToEnd(t *testing.T) {
	needs(t)
	var out bytes.Buffer
	dir := t.TempDir()
	o := options{jsonFile: filepath.Join(dir, "rows"), plotFile: filepath.Join(dir, "plot"),
		seed: 1, smallPages: true, time: 3 * time.Second}
	if err := measure(t.Context(), benchmarks()[0], o, "bench msg", &out); err != nil {
		t.Fatalf("%v\n%s", err, out.String())
	}
	for _, want := range []string{"seed 1", "ring latency / C one line", "samples, "} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the output has no %q:\n%s", want, out.String())
		}
	}
	rows, err := os.ReadFile(o.jsonFile)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(rows)) {
		var row harness.Row
		if err := json.Unmarshal([]byte(line), &row); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		if row.Bench != "msg" || row.Median <= 0 || row.Q1 > row.Median || row.Q3 < row.Median {
			t.Errorf("row %+v: want bench msg and a median between its quartiles", row)
		}
	}
	picture, err := os.ReadFile(o.plotFile)
	if err != nil || !bytes.HasPrefix(picture, []byte("<svg ")) {
		t.Errorf("the picture begins with %.20q, %v: want <svg", picture, err)
	}
}

// Every subject can be measured, and everything that it or a bar is compared with exists.
func TestMsgSubjects(t *testing.T) {
	needs(t)
	s, err := openMsg(options{smallPages: true}, os.Stderr)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := s.close(); err != nil {
			t.Error(err)
		}
	}()
	known := map[harness.Ref]bool{{}: true}
	for _, subject := range s.subjects {
		known[harness.Ref{Case: subject.Case, Subject: subject.Name}] = true
		count := max(subject.Count, 1)
		if elapsed, err := subject.Run(count); err != nil || elapsed <= 0 {
			t.Errorf("%s, %s: %v, %v: want a time", subject.Case, subject.Name, elapsed, err)
		}
	}
	for _, subject := range s.subjects {
		for _, name := range subject.Versus {
			if !known[harness.Ref{Case: subject.Case, Subject: name}] {
				t.Errorf("%s, %s is compared with %s: want a subject", subject.Case,
					subject.Name, name)
			}
		}
	}
	for _, bar := range s.bars {
		if !known[bar.Over] || !known[bar.Under] {
			t.Errorf("bar %s compares %v with %v: want subjects", bar.Name, bar.Over, bar.Under)
		}
	}
}

// A file that cannot be written to is found out before anything starts.
func TestBadFiles(t *testing.T) {
	never := benchmark{open: func(options, io.Writer) (*setup, error) {
		t.Error("the benchmark was opened: want a look at the files first")
		return nil, errors.ErrUnsupported
	}}
	dir := t.TempDir()
	bad := filepath.Join(dir, "missing", "file")
	for _, o := range []options{{jsonFile: bad}, {plotFile: bad},
		{jsonFile: filepath.Join(dir, "rows"), plotFile: bad}} {
		err := measure(t.Context(), never, o, "bench", io.Discard)
		if !errors.Is(err, os.ErrNotExist) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%+v: %v: want one line that says that there is no such file", o, err)
		}
	}
}

// A command line that makes no sense is refused with what is wanted.
func TestBadArguments(t *testing.T) {
	for _, args := range [][]string{{}, {"nonsense"}, {"msg", "rest"}, {"msg", "--nonsense"},
		{"msg", "--case", "tail"}, {"net", "--case", "nonsense"}, {"worker"}, {"bare"},
		{"bare", "image", "x", "0", "1"},
		{"worker", "nonsense", "small", "0", "1"},
		{"worker", "threads", "small", "x", "1"}} {
		if err := run(t.Context(), args); err == nil {
			t.Errorf("bench %q succeeded: want an error", args)
		}
	}
}
