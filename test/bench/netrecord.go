package main

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"time"

	"skerry/kernel"
	"skerry/kernel/hosted"
	"skerry/test/bench/harness"
	"skerry/test/bench/server"
	"skerry/test/serve/console"
	"skerry/test/serve/recorder"
)

// Of the deaths that a recorder sees: how many, and what goes on meanwhile.
const (
	recordedDeaths  = 100
	recordedQuick   = 12
	recorderClients = 8
	recorderKeys    = 16

	// At most, between two deaths; on bare processors are emulated, and slower.
	recorderPause     = 100 * time.Millisecond
	recorderPauseBare = 500 * time.Millisecond

	// startWholeMax is how long a store may take until each shard has its copy, or a core until it
	// dies, or is back.
	startWholeMax = 20 * time.Second
)

// trial returns deaths under a recorder's clients.
func (n *nets) trial(address string, homes []int) recorder.Trial {
	t := recorder.Trial{
		Address: address, Clients: recorderClients, Keys: recorderKeys, Deaths: recordedDeaths,
		Seed: n.seed, PauseMax: recorderPause, Patience: startWholeMax, Homes: homes,
		Victims: []int{0, 1, 2, 3},
	}
	if n.quick {
		t.Deaths = recordedQuick
	}
	return t
}

// recorded has cores die under the clients of a recorder, which then judges what they saw, on
// hosted and on bare. An error means that an acknowledged write is lost, or that the history is not
// linearizable.
func (n *nets) recorded(ctx context.Context, out io.Writer) ([]harness.Row, error) {
	rows, err := n.recordedHosted(ctx, out)
	if err != nil || !n.all("deaths on bare", qemuTool) {
		return rows, err
	}
	for _, part := range []func(context.Context, io.Writer) ([]harness.Row, error){
		n.recordedBare, n.faults,
	} {
		more, err := part(ctx, out)
		if err != nil {
			return rows, err
		}
		rows = append(rows, more...)
	}
	return rows, nil
}

// hostedTrial returns one on a machine that this program launched.
func (n *nets) hostedTrial(s *server.Server, machine *hosted.Machine) recorder.Trial {
	t := n.trial(s.Address.String(), []int{0, 1, 2, 3})
	t.Renew = func(core int, _ uint64, _ *rand.Rand) error {
		return killAndStart(machine, kernel.CoreID(core))
	}
	return t
}

func (n *nets) recordedHosted(ctx context.Context, out io.Writer) ([]harness.Row, error) {
	s, machine, err := n.fours("kv", kvPort).Start()
	if err != nil {
		return nil, err
	}
	defer s.Close()
	rows, err := judge(ctx, out, "hosted", n.hostedTrial(s, machine))
	if err != nil {
		err = fmt.Errorf("%w; the machine said %q", err, s.Lines())
	}
	return rows, err
}

// recordedBare does it to the default machine, of which core 0 has the card and, at first, the
// console.
func (n *nets) recordedBare(ctx context.Context, out io.Writer) (rows []harness.Row, err error) {
	err = n.onBare(func(m *bareMachine) error {
		t := n.trial(m.kv, []int{1, 2, 3})
		t.PauseMax = recorderPauseBare
		t.Renew = func(core int, life uint64, dice *rand.Rand) error {
			return m.Renew(core, life, console.Draw(dice), startWholeMax)
		}
		rows, err = judge(ctx, out, "bare, TCG", t)
		return err
	})
	return rows, err
}

// judge runs a trial, and returns the times that it took.
func judge(ctx context.Context, out io.Writer, driver string, t recorder.Trial) (
	[]harness.Row, error) {
	if err := t.AwaitStart(); err != nil {
		return nil, err
	}
	o, err := t.Run(ctx)
	if err != nil {
		return nil, err
	}
	fmt.Fprintf(out, "%s, seed %d: %d deaths, by core %v; %d requests, %d answered, %d refused: "+
		"no acknowledged write is lost, the history is linearizable; an idle connection to a core "+
		"that dies ended %v after the order at most\n", driver, t.Seed, o.Deaths, o.Died, o.Begun,
		o.Ended, o.Failed, longest(o.Reset).Round(time.Millisecond))
	kase := "a core of a store dies, " + driver
	return []harness.Row{
		deathRow(kase, "time until an idle connection to it ends", inAll, millis(o.Reset)),
		deathRow(kase, "time until all shards are home, with copies", inAll, millis(o.Whole)),
	}, nil
}

func longest(list []time.Duration) time.Duration {
	if len(list) == 0 {
		return 0
	}
	return slices.Max(list)
}

// Of rows: what their values are.
var (
	inAll    = harness.Kind{Metric: "in all", Unit: "ms"}
	recovery = harness.Kind{Metric: "to full throughput", Unit: "ms"}
	failing  = harness.Kind{Metric: "requests fail", Unit: "in all"}
)

func deathRow(kase, subject string, kind harness.Kind, values []float64) harness.Row {
	row := harness.Row{Bench: netName, Case: kase, Subject: subject, Class: harness.One,
		Metric: kind.Metric, Unit: kind.Unit, Samples: len(values)}
	row.Q1, row.Median, row.Q3 = harness.Quartiles(values)
	return row
}

func millis(list []time.Duration) (values []float64) {
	for _, d := range list {
		values = append(values, float64(d.Microseconds())/1e3)
	}
	return values
}
