package main

import (
	"bytes"
	"strings"
	"testing"

	"skerry/test/bench/harness"
)

// What the samples tell besides becomes a row for each subject, those of one metric together.
func TestNotes(t *testing.T) {
	var none *notes
	if rows := none.rows("net"); rows != nil {
		t.Errorf("no notes have rows %v: want none", rows)
	}
	n := newNotes()
	for i, key := range []noteKey{{"a", "m", "µs", "x"}, {"a", "o", "MB/s", "x"},
		{"a", "m", "µs", "y"}, {"a", "m", "µs", "x"}} {
		n.add(key, float64(i))
	}
	rows := n.rows("net")
	var got []string
	for _, r := range rows {
		got = append(got, r.Case+" "+r.Subject)
	}
	if want := "a: m x, a: m y, a: o x"; strings.Join(got, ", ") != want {
		t.Fatalf("rows %q: want %s", got, want)
	}
	if r := rows[0]; r.Median != 1.5 || r.Samples != 2 || r.Unit != "µs" || r.Class != harness.One {
		t.Errorf("row %+v: want the median of 0 and 3, in µs", r)
	}
}

// A missing tool is named, with how to get it.
func TestMissingTool(t *testing.T) {
	var log bytes.Buffer
	n := &nets{log: &log}
	if n.all("this case", tool{"no-such-tool", "its-package"}) {
		t.Error("no-such-tool is there: want it missing")
	}
	for _, want := range []string{"NOT MEASURED: this case", "apt-get install its-package"} {
		if !strings.Contains(log.String(), want) {
			t.Errorf("it says %q: want %q in it", log.String(), want)
		}
	}
}

// Each subject whose tools are there can be measured, and all that it or a bar is compared with
// exists.
func TestNetSubjects(t *testing.T) {
	if testing.Short() {
		t.Skip("SKIPPED, nothing was checked: it takes a minute")
	}
	if _, _, err := harness.TwoCPUs(); err != nil {
		t.Skipf("SKIPPED, nothing was checked: %v", err)
	}
	t.Chdir("../..") // where the benchmark runs: it builds what it measures
	var log bytes.Buffer
	s, err := openNet(options{smallPages: true}, &log)
	if err != nil {
		t.Fatal(err)
	}
	t.Log(log.String())
	defer s.close()
	known := map[harness.Ref]bool{{}: true}
	for _, subject := range s.subjects {
		known[harness.Ref{Case: subject.Case, Subject: subject.Name}] = true
		if elapsed, err := subject.Run(subject.Count); err != nil || elapsed <= 0 {
			t.Errorf("%s, %s: %v, %v: want a time", subject.Case, subject.Name, elapsed, err)
		}
	}
	for _, bar := range s.bars {
		if !known[bar.Over] || !known[bar.Under] {
			t.Errorf("bar %s compares %v with %v: want subjects", bar.Name, bar.Over, bar.Under)
		}
	}
}
