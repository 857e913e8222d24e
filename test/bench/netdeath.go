package main

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"skerry/kernel"
	"skerry/kernel/hosted"
	"skerry/test/bench/closedloop"
	"skerry/test/bench/harness"
	"skerry/test/bench/server"
)

// deathCase is about machines of which a core is killed, with SIGKILL, under load. It is started
// again as soon as it is reaped.
const deathCase = "a core of four dies under load"

const (
	deathCores       = 4
	deathConnections = 50
	deathBefore      = 1 * time.Second // of the load
	deathAfter       = 1500 * time.Millisecond
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
		if err := n.hostedTrial(s, machine).AwaitStart(); err != nil {
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
