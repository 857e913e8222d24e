package main

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"time"

	"skerry/test/bench/closedloop"
	"skerry/test/bench/harness"
	"skerry/test/serve/console"
)

// faultCase is about the default machine on bare, of which a core's CPU driver faults under load.
// The core is started again at once.
const faultCase = "a core of four faults under load, bare, TCG"

const (
	faultDeaths      = 12 // of each service: of each core in turn
	faultQuick       = 1
	faultConnections = 16
	faultBefore      = 2 * time.Second // of the load
	faultAfter       = 4 * time.Second

	// faultMoments make a moment of a load that is answered seldom: an emulated processor is slow.
	faultMoments = 5

	// saidBytes is how much of what a machine said errors show.
	saidBytes = 4 << 10
)

// bareMachine is the default machine on bare, and where the host has its services.
type bareMachine struct {
	*console.Console
	web, kv string
}

// onBare does something to a default machine.
func (n *nets) onBare(do func(*bareMachine) error) error {
	if err := n.buildSkerry(); err != nil {
		return err
	}
	c, err := console.Start(filepath.Join(n.folder, "skerry"), "--on", "bare", "--accel", "tcg")
	if err != nil {
		return err
	}
	defer c.Close()
	web, err := c.Expect(`^skerry: httpd: http://(.*)/$`, guestTimeMax)
	if err != nil {
		return err
	}
	kv, err := c.Expect(`^skerry: kv: (127\.0\.0\.1:\d+)$`, guestTimeMax)
	if err != nil {
		return err
	}
	m := &bareMachine{c, web[1], kv[1]}
	if _, err = c.Expect(`skerry> `, guestTimeMax); err == nil {
		err = do(m)
	}
	if err != nil {
		said := c.Said()
		err = fmt.Errorf("%w; the machine said %q", err, said[max(0, len(said)-saidBytes):])
	}
	return err
}

// faults has one core after the other fault, under a load of each service, and returns how long it
// takes from the command to full throughput, and how many requests fail.
func (n *nets) faults(ctx context.Context, out io.Writer) (rows []harness.Row, err error) {
	err = n.onBare(func(m *bareMachine) error {
		if err := n.trial(m.kv, []int{1, 2, 3}).AwaitStart(); err != nil {
			return err
		}
		f := &faults{bareMachine: m, out: out, deaths: faultDeaths}
		if n.quick {
			f.deaths = faultQuick
		}
		web, err := f.under(ctx, "web server", m.web, closedloop.Pages("/"))
		if err != nil {
			return err
		}
		kv, err := f.under(ctx, "key-value store, writes", m.kv, closedloop.Writes(kvKeys))
		for i := range kv { // those of one kind together
			rows = append(rows, web[i], kv[i])
		}
		return err
	})
	return rows, err
}

// faults are those of one machine.
type faults struct {
	*bareMachine
	out    io.Writer
	deaths int
	lives  [deathCores]uint64 // that have ended
}

// under returns what the faults do to a service.
func (f *faults) under(ctx context.Context, name, address string, p closedloop.Protocol) (
	[]harness.Row, error) {
	var times, failed []float64
	for i := 0; i < f.deaths && ctx.Err() == nil; i++ {
		core := (i + 1) % deathCores
		line, event, err := f.fault(core, address, p)
		if err != nil {
			return nil, err
		}
		back, ok := line.Recovery(event)
		if !ok {
			fmt.Fprintf(f.out, "%s: not at full throughput %v after a fault of core %d: answers "+
				"in each %v: %v\n", name, faultAfter, core, line.Each, line.Answers)
			continue
		}
		times = append(times, float64(back.Microseconds())/1e3)
		failed = append(failed, float64(line.Failed))
	}
	return []harness.Row{
		deathRow(faultCase, name, recovery, times),
		deathRow(faultCase+": requests fail", name, failing, failed),
	}, nil
}

// fault has a core fault under a load, and returns what the load saw, and when it was.
func (f *faults) fault(core int, address string, p closedloop.Protocol) (
	line closedloop.Timeline, event time.Duration, err error) {
	f.lives[core]++
	load := closedloop.Start(address, faultConnections, p)
	time.Sleep(faultBefore)
	event = load.Since()
	err = f.Renew(core, f.lives[core], console.Fault, startWholeMax)
	time.Sleep(faultAfter)
	return load.Stop().Coarser(faultMoments), event, err
}
