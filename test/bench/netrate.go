package main

import (
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"skerry/test/bench/clients"
	"skerry/test/bench/harness"
	"skerry/test/bench/server"
)

// pageCase is about the page of apps/httpd, 4.1 kB.
const pageCase = "static page, wrk with 64 connections"

const (
	nginx           = "nginx, 2 workers"
	redis           = "redis-server"
	pageConnections = 64
	pageTime        = 2 * time.Second
)

func (n *nets) page() ([]harness.Subject, []harness.Bar, error) {
	rival, err := n.rival(gohttp)
	if err != nil {
		return nil, nil, err
	}
	others := map[string]starter{oneGo: rival}
	if n.all(nginx, nginxTool) {
		folder, err := packageFolder("skerry/apps/httpd")
		if err != nil {
			return nil, nil, err
		}
		others[nginx] = func() (*server.Server, error) {
			return server.Nginx(filepath.Join(folder, "site"), n.cpus)
		}
	}
	own := []contender{{ours, n.loose(httpdPort, "httpd", "httpd")}}
	return rateSubjects(pageCase, own, others, pageRate),
		[]harness.Bar{aheadOfGo(pageCase, ours)}, nil
}

// packageFolder returns where the sources of a package are.
func packageFolder(name string) (string, error) {
	text, err := exec.Command("go", "list", "-f", "{{.Dir}}", name).Output()
	if err != nil {
		return "", fmt.Errorf("bench: go list %s: %w", name, err)
	}
	return strings.TrimSpace(string(text)), nil
}

// pageRate returns how many pages a server hands out in a second.
func pageRate(s *server.Server) (float64, error) {
	r, err := clients.Wrk{URL: fmt.Sprintf("http://%v/", s.Address),
		Connections: pageConnections, Time: pageTime}.Run()
	if err == nil && r.Failed > 0 {
		err = fmt.Errorf("bench: %d requests failed: want none", r.Failed)
	}
	return r.Rate, err
}

// The load of redis-benchmark: a sample takes about a second.
const (
	kvKeys         = 100_000
	kvFillPipeline = 64
)

// kvLoads are how many requests are made at each depth of pipeline.
var kvLoads = []struct{ pipeline, requests int }{{1, 60_000}, {16, 400_000}}

func (n *nets) kv() (subjects []harness.Subject, bars []harness.Bar, err error) {
	rival, err := n.rival(gokv)
	if err != nil {
		return nil, nil, err
	}
	others := map[string]starter{oneGo: rival}
	if n.all(redis, redisRun) {
		others[redis] = func() (*server.Server, error) { return server.Redis(n.cpus) }
	}
	for _, load := range kvLoads {
		for _, test := range []string{"set", "get"} {
			kase := fmt.Sprintf("%s, redis-benchmark -c 50 -P %d", test, load.pipeline)
			rate := kvRate(clients.Redis{Test: test, Pipeline: load.pipeline,
				Requests: load.requests, Keys: kvKeys})
			subjects = append(subjects, rateSubjects(kase, n.stores(), others, rate)...)
			bars = append(bars, aheadOfGo(kase, ours), aheadOfGo(kase, sparing))
		}
	}
	return subjects, bars, nil
}

// stores returns the two ways in which two cores share a store: each has clients and half of the
// keys, and a copy of the other half; or one has all of them, and the other the copy.
func (n *nets) stores() []contender {
	return []contender{
		{ours, n.loose(kvPort, "kv", "kv")},
		{sparing, n.loose(kvPort, "kv -spares 1", "kv -spares 1")},
	}
}

// kvRate returns what tells how many requests a server answers in a second, once all keys are set.
func kvRate(load clients.Redis) func(*server.Server) (float64, error) {
	return func(s *server.Server) (float64, error) {
		fill := clients.Redis{Address: s.Address, Test: "set", Pipeline: kvFillPipeline,
			Requests: 2 * kvKeys, Keys: kvKeys}
		if _, err := fill.Run(); err != nil {
			return 0, err
		}
		load.Address = s.Address
		return load.Run()
	}
}

// contender is a server of ours.
type contender struct {
	name  string
	start starter
}

// rateSubjects returns the subjects of a case that is about a rate.
func rateSubjects(kase string, own []contender, others map[string]starter,
	rate func(*server.Server) (float64, error)) (subjects []harness.Subject) {
	subject := func(name string, start starter) harness.Subject {
		run := func(count int) (time.Duration, error) {
			s, err := start()
			if err != nil {
				return 0, err
			}
			got, err := rate(s)
			lines := s.Lines()
			if err = errors.Join(err, s.Close()); err != nil {
				return 0, fmt.Errorf("%w; the server said %q", err, lines)
			}
			return atRate(count, got), nil
		}
		return harness.Subject{Case: kase, Name: name, Kind: perSecond("requests"),
			Count: rateCount, Run: run}
	}
	var versus []string
	for _, name := range []string{oneGo, nginx, redis, guestLinux} {
		if start := others[name]; start != nil {
			versus = append(versus, name)
			subjects = append(subjects, subject(name, start))
		}
	}
	for i, c := range own {
		s := subject(c.name, c.start)
		s.Versus = versus
		subjects = slices.Insert(subjects, i, s)
	}
	return subjects
}

// aheadOfGo is the requirement of a case that is about a rate.
func aheadOfGo(kase, own string) harness.Bar {
	return harness.Bar{Name: own + " / one Go process, " + kase, AtLeast: true,
		Over:   harness.Ref{Case: kase, Subject: own},
		Under:  harness.Ref{Case: kase, Subject: oneGo},
		Bounds: map[harness.Class]float64{harness.One: 1}}
}
