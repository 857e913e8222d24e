package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"time"

	"skerry/kernel"
	"skerry/kernel/hosted"
	"skerry/test/bench/closedloop"
	"skerry/test/bench/harness"
	"skerry/test/bench/server"
	"skerry/test/serve/recorder"
)

// deathCase is about machines of which a core is killed, with SIGKILL, under load. It is started
// again as soon as it is reaped.
const deathCase = "a core of four dies under load"

const (
	deathCores       = 4
	deathConnections = 50
	deathBefore      = 1 * time.Second // of the load
	deathAfter       = 1500 * time.Millisecond

	// startWholeMax is how long a store may take until each shard has its copy.
	startWholeMax = 20 * time.Second
)

func (n *nets) death() ([]harness.Subject, []harness.Bar, error) {
	subject := func(name, app string, port uint16, p closedloop.Protocol) harness.Subject {
		return harness.Subject{Case: deathCase, Name: name, Count: 1,
			Kind: harness.Each("to full throughput", time.Millisecond),
			Run: func(int) (time.Duration, error) {
				return n.deathSample(name, app, port, p)
			}}
	}
	return []harness.Subject{
		subject("web server", "httpd", httpdPort, closedloop.Pages("/")),
		subject("key-value store, writes", "kv", kvPort, closedloop.Writes(kvKeys)),
	}, nil, nil
}

// fours returns a machine of four cores that all run an app.
func (n *nets) fours(app string, port uint16) server.Machine {
	apps := make([]string, deathCores)
	for i := range apps {
		apps[i] = app
	}
	return server.Machine{Instance: n.self, Apps: apps, Port: port, CPUs: n.cpus,
		Janitor: n.janitor}
}

// deathSample returns how long it takes from the death of a core to full throughput.
func (n *nets) deathSample(name, app string, port uint16, p closedloop.Protocol) (
	time.Duration, error) {
	s, machine, err := n.fours(app, port).Start()
	if err != nil {
		return 0, err
	}
	if app == "kv" {
		if err := whole(s, 1); err != nil {
			return 0, errors.Join(err, s.Close())
		}
	}
	load := closedloop.Start(s.Address.String(), deathConnections, p)
	time.Sleep(deathBefore)
	event := load.Since()
	err = killAndStart(machine, kernel.CoreID(rand.IntN(deathCores)))
	time.Sleep(deathAfter)
	line := load.Stop()
	lines := s.Lines()
	if err = errors.Join(err, s.Close()); err != nil {
		return 0, err
	}
	back, ok := line.Recovery(event)
	if !ok {
		return 0, fmt.Errorf("bench: %s: not at full throughput %v after a death: answers in each "+
			"%v: %v; the machine said %q", name, deathAfter, closedloop.Moment, line.Answers, lines)
	}
	n.notes.add(noteKey{deathCase, "requests fail", "in all", name}, float64(line.Failed))
	n.notes.add(noteKey{deathCase, "throughput before", "a second", name},
		line.Mean(deathBefore/2, deathBefore))
	return max(back, 1), nil
}

// killAndStart kills a core and starts it again.
func killAndStart(machine *hosted.Machine, id kernel.CoreID) error {
	if _, err := machine.Kill(id); err != nil {
		return err
	}
	for {
		err := machine.Start(id)
		if !errors.Is(err, kernel.ErrRunning) {
			return err
		}
		time.Sleep(time.Millisecond) // until it is reaped
	}
}

// whole waits until each core of a store, in its first life, knows that each shard has its copy.
func whole(s *server.Server, life uint64) error {
	for core := range deathCores {
		err := recorder.AwaitWhole(s.Address.String(), core, deathCores, life, startWholeMax)
		if err != nil {
			return fmt.Errorf("%w; the machine said %q", err, s.Lines())
		}
	}
	return nil
}

// Of the deaths that a recorder sees: how many, and what goes on meanwhile.
const (
	recordedDeaths  = 100
	recordedQuick   = 12
	recorderClients = 8
	recorderKeys    = 16
	recorderPause   = 100 * time.Millisecond // at most, between two deaths
)

// recorded kills cores under the clients of a recorder, which then judges what they saw. An error
// means that an acknowledged write is lost, or that the history is not linearizable.
func (n *nets) recorded(ctx context.Context, out io.Writer) ([]harness.Row, error) {
	deaths := recordedDeaths
	if n.quick {
		deaths = recordedQuick
	}
	s, machine, err := n.fours("kv", kvPort).Start()
	if err != nil {
		return nil, err
	}
	defer s.Close()
	if err := whole(s, 1); err != nil {
		return nil, err
	}
	var times []float64
	var lives [deathCores]uint64
	r := recorder.Start(s.Address.String(), recorderClients, recorderKeys)
	for i := 0; i < deaths && ctx.Err() == nil; i++ {
		time.Sleep(rand.N(recorderPause))
		victim := rand.IntN(deathCores)
		lives[victim]++
		start := time.Now()
		err := killAndStart(machine, kernel.CoreID(victim))
		if err == nil {
			err = recorder.AwaitWhole(s.Address.String(), victim, deathCores, lives[victim]+1,
				startWholeMax)
		}
		if err != nil {
			return nil, fmt.Errorf("bench: death %d, of core %d: %w; the machine said %q", i+1,
				victim, err, s.Lines())
		}
		times = append(times, float64(time.Since(start).Microseconds())/1e3)
	}
	counts, err := r.Stop()
	if err == nil {
		err = r.Check()
	}
	if err != nil {
		return nil, fmt.Errorf("bench: after %d deaths: %w", deaths, err)
	}
	fmt.Fprintf(out, "%d deaths of cores %v times; %d requests, %d answered, %d refused: no "+
		"acknowledged write is lost, the history is linearizable\n", deaths, lives, counts.Begun,
		counts.Ended, counts.Failed)
	row := harness.Row{Bench: netName, Case: "a core of a store dies", Subject: "time until all " +
		"shards are home, with copies", Class: harness.One, Metric: "in all", Unit: "ms",
		Samples: len(times)}
	row.Q1, row.Median, row.Q3 = harness.Quartiles(times)
	return []harness.Row{row}, nil
}
