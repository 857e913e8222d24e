package main

import (
	"errors"
	"fmt"
	"os/exec"
	"time"

	"skerry/test/bench/harness"
	"skerry/test/bench/openloop"
	"skerry/test/serve/storm"
)

// tailCase is about a server on the first CPU, with a storm of garbage on the second. The client is
// on the second CPU, too, before all others there.
const tailCase = "web server beside a storm of garbage"

// The load of the client, and what its latency may be: each sample has 12 answers beyond the
// quantile.
const (
	tailRate        = 4000
	tailConnections = 32
	tailWarm        = 500 * time.Millisecond
	tailTime        = 3 * time.Second
)

const (
	oursStorm  = "Skerry, storm on another core"
	oneGoStorm = "one Go process, storm inside"
	oursCalm   = "Skerry, no storm"
	oneGoCalm  = "one Go process, no storm"
)

func (n *nets) tail() ([]harness.Subject, []harness.Bar, error) {
	inside, err := n.rival(gohttp, "storm")
	if err != nil {
		return nil, nil, err
	}
	calm, err := n.rival(gohttp)
	if err != nil {
		return nil, nil, err
	}
	subject := func(name string, start starter, every int) harness.Subject {
		return harness.Subject{Case: tailCase, Name: name, Count: 1, Every: every,
			Kind: harness.Each("99.9 % are answered within", time.Microsecond),
			Run:  func(int) (time.Duration, error) { return n.tailSample(name, start) }}
	}
	subjects := []harness.Subject{
		subject(oursStorm, n.machine(httpdPort, "httpd", "storm"), 1),
		subject(oneGoStorm, inside, 1),
		subject(oursCalm, n.machine(httpdPort, "httpd"), calmEvery),
		subject(oneGoCalm, calm, calmEvery),
	}
	subjects[0].Versus = []string{oneGoStorm}
	subjects[2].Versus = []string{oneGoCalm}
	return subjects, []harness.Bar{{Name: "99.9 % beside a storm, Skerry / one Go process",
		Over:   harness.Ref{Case: tailCase, Subject: oursStorm},
		Under:  harness.Ref{Case: tailCase, Subject: oneGoStorm},
		Bounds: map[harness.Class]float64{harness.One: 0.1}}}, nil
}

// calmEvery is in which rounds the servers without a storm take part: they are there to compare.
const calmEvery = 4

// tailSample returns within what time 99.9 % of the requests were answered.
func (n *nets) tailSample(name string, start starter) (time.Duration, error) {
	s, err := start()
	if err != nil {
		return 0, err
	}
	plan := openloop.Plan{Address: s.Address, Path: "/", Rate: tailRate,
		Connections: tailConnections, Warm: tailWarm, Time: tailTime}
	got, err := plan.Command(exec.Command(n.self, clientVerb), n.cpus[1])
	lines := s.Lines()
	err = errors.Join(err, s.Close())
	if err == nil && got.Failed > 0 {
		err = fmt.Errorf("bench: %d of %d requests failed: want none; the server said %q",
			got.Failed, got.Answers, lines)
	}
	if err != nil {
		return 0, err
	}
	micros := func(d time.Duration) float64 { return float64(d.Nanoseconds()) / 1e3 }
	n.notes.add(noteKey{tailCase, "50 % within", "µs", name}, micros(got.Median))
	n.notes.add(noteKey{tailCase, "99 % within", "µs", name}, micros(got.P99))
	n.notes.add(noteKey{tailCase, "all within", "µs", name}, micros(got.Longest))
	for _, line := range lines {
		if rate, ok := storm.Parse(line); ok {
			n.notes.add(noteKey{tailCase, "the storm allocates", "MB/s", name}, float64(rate))
		}
	}
	return got.P999, nil
}
