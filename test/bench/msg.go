package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"time"

	"skerry/test/bench/harness"
	"skerry/test/bench/worker"
	"skerry/test/limit"
)

const (
	// warmTime is how long both sides spin before a sample: the Go runtime's monitor preempts
	// goroutines at once when it has just come out of idling.
	warmTime = 20 * time.Millisecond

	// freshWarm is how many samples a fresh process throws away: its first are up to half slower.
	freshWarm = 4

	// The probe is short, and warm as soon as both threads run: C has no runtime.
	probeWarm  = 300 * time.Microsecond
	probeCount = 5000

	// wakeCount is the number of wake-ups in a sample: with the sleeps, about SampleTime.
	wakeCount = 10

	// busyEvery is how rarely the loop beside busy goroutines is measured: a sample may take a
	// third of a second.
	busyEvery = 10
)

// msg holds the workers of `bench msg`.
type msg struct {
	dir                     string // of the C program
	cpuA, cpuB              int
	giveBack                func() // the huge pages; nil: none are reserved
	c                       *harness.Worker
	threads, process, small *harness.Worker
	hosted, deaths          *harness.Worker
	bare                    *harness.Worker // nil: there is no KVM
	guest                   *guest
}

func openMsg(o options, log io.Writer) (*setup, error) {
	m := &msg{}
	if err := m.start(o, log); err != nil {
		return nil, errors.Join(err, m.close())
	}
	s := &setup{subjects: m.subjects(), bars: msgBars(), probe: m.probe,
		note: "C baselines in " + m.c.Greeting, close: m.close}
	if m.bare != nil {
		s.bars = append(s.bars, barsOnBare()...)
	}
	return s, nil
}

// start starts the workers.
func (m *msg) start(o options, log io.Writer) error {
	var err error
	if m.cpuA, m.cpuB, err = harness.TwoCPUs(); err != nil {
		return err
	}
	if m.dir, err = os.MkdirTemp("", "bench"); err != nil {
		return err
	}
	program, err := limit.Build(m.dir)
	if err != nil {
		return err
	}
	pages, taken := m.choosePages(o, log)
	defer taken()
	command := exec.Command(program, strconv.Itoa(m.cpuA), strconv.Itoa(m.cpuB))
	command.Stderr = os.Stderr
	if m.c, err = harness.StartWorker("C", command); err != nil {
		return err
	}
	for _, w := range []struct {
		to          **harness.Worker
		mode, pages string
	}{
		{&m.threads, worker.Threads, pages},
		{&m.process, worker.Processes, pages},
		{&m.small, worker.Processes, worker.SmallPages},
		{&m.hosted, worker.Hosted, pages},
		{&m.deaths, worker.Deaths, pages},
	} {
		if *w.to, err = m.startGo(w.mode, w.pages); err != nil {
			return err
		}
	}
	if m.bare, m.guest, err = startBare(m.cpuA, m.cpuB); err != nil {
		fmt.Fprintf(log, "NOT MEASURED on bare with KVM: %v\n", err)
		m.bare = nil
	}
	return nil
}

// choosePages has huge pages reserved if it may; taken is to be called when the workers have them.
func (m *msg) choosePages(o options, log io.Writer) (pages string, taken func()) {
	none := func() {}
	if o.smallPages {
		return worker.SmallPages, none
	}
	taken, giveBack, err := reserveHugePages()
	if err != nil {
		fmt.Fprintf(log, "warning: %v; pages of 4 KiB are used instead\n", err)
		return worker.SmallPages, none
	}
	m.giveBack = giveBack
	return worker.HugePages, taken
}

func (m *msg) startGo(mode, pages string) (*harness.Worker, error) {
	command, err := worker.Command([]string{workerVerb}, mode, pages, m.cpuA, m.cpuB)
	if err != nil {
		return nil, err
	}
	return harness.StartWorker(mode+", "+pages+" pages", command)
}

func (m *msg) close() error {
	var all []error
	for _, w := range []*harness.Worker{m.c, m.threads, m.process, m.small, m.hosted, m.deaths,
		m.bare} {
		if w != nil {
			all = append(all, w.Close())
		}
	}
	if m.giveBack != nil {
		m.giveBack()
	}
	if m.guest != nil {
		all = append(all, m.guest.close())
	}
	return errors.Join(errors.Join(all...), os.RemoveAll(m.dir))
}

func (m *msg) probe() (float64, error) {
	elapsed, err := m.c.Ask(limitRequest("one-line", probeCount, 0, probeWarm))
	return harness.OneWay().Value(probeCount, elapsed), err
}

func limitRequest(name string, count, arg int, warm time.Duration) string {
	return fmt.Sprintf("%s %d %d %d", name, count, arg, warm.Microseconds())
}

// inC returns how to measure a C baseline; arg is the slots of a ring or the gap between wake-ups.
func (m *msg) inC(name string, arg int) runner {
	return func(count int) (time.Duration, error) {
		return m.c.Ask(limitRequest(name, count, arg, warmTime))
	}
}

// inGo returns how to measure a subject of a Go worker.
func inGo(w *harness.Worker, name string) runner {
	return func(count int) (time.Duration, error) {
		return w.Ask(worker.Request(name, count, warmTime))
	}
}

// inFresh returns how to measure instructions, each sample in a fresh process: now and then one is
// slow for life, because of where its pages lie in physical memory.
func (m *msg) inFresh(name string) runner {
	return func(count int) (elapsed time.Duration, err error) {
		w, err := m.startGo(worker.Processes, worker.SmallPages)
		if err != nil {
			return 0, err
		}
		defer func() { err = errors.Join(err, w.Close()) }()
		request := worker.Request(name, count, warmTime)
		for range freshWarm { // the first one makes what is measured
			if _, err := w.Ask(request); err != nil {
				return 0, err
			}
		}
		return w.Ask(request)
	}
}
