package worker

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"time"

	"skerry/coreos"
	"skerry/kernel"
	"skerry/kernel/hosted"
)

// Deaths is the mode in which the worker is the launcher of a hosted machine, whose last core it
// kills and starts again. The other cores tell it, on their standard output, when they know.
const Deaths = "deaths"

// DeathNotice names the subject of mode Deaths: from SIGKILL until every survivor has the notice.
const DeathNotice = "death-notice"

// DeathCores is how many cores the machine has.
const DeathCores = 4

// victim is the core that is killed.
const victim = kernel.CoreID(DeathCores - 1)

// What a survivor reports of the victim, with the time.
const (
	reportUp   = "up"
	reportDead = "dead"
)

// watchName names the app of all cores.
const watchName = "watch"

// deaths is the launcher.
type deaths struct {
	machine *hosted.Machine
	reports *bufio.Scanner
}

func mainDeaths(in io.Reader, out io.Writer) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	reports, output, err := os.Pipe()
	if err != nil {
		return err
	}
	config := hosted.Config{Cores: DeathCores, Instance: self, Args: []string{watchName},
		Output: output}
	machine, err := hosted.New(config)
	if err != nil {
		return err
	}
	defer machine.Close()
	for id := range kernel.CoreID(DeathCores) {
		if err := machine.Start(id); err != nil {
			return err
		}
	}
	d := &deaths{machine, bufio.NewScanner(reports)}
	if _, err := d.await(reportUp); err != nil {
		return err
	}
	fmt.Fprintln(out, "ready")
	return serve(in, out, d.sample)
}

// sample kills the victim as often as ordered, and returns how long it took until all survivors
// knew. Nothing is warmed up: a death is not announced.
func (d *deaths) sample(o order) (time.Duration, error) {
	if o.name != DeathNotice {
		return 0, fmt.Errorf("worker: subject %q: want %s", o.name, DeathNotice)
	}
	defer guard(o).Stop()
	total := time.Duration(0)
	for range o.count {
		killed, err := d.machine.Kill(victim)
		if err != nil {
			return 0, err
		}
		known, err := d.await(reportDead)
		if err != nil {
			return 0, err
		}
		total += known.Sub(killed)
		if err := d.machine.Start(victim); err != nil {
			return 0, err
		}
		if _, err := d.await(reportUp); err != nil {
			return 0, err
		}
	}
	return total, nil
}

// await returns when the last survivor saw what is to be reported.
func (d *deaths) await(want string) (last kernel.Instant, err error) {
	for range victim {
		if !d.reports.Scan() {
			return 0, errors.New("worker: the cores' output has ended: want reports")
		}
		var got string
		var at kernel.Instant
		_, err := fmt.Sscanf(d.reports.Text(), "%s %d", &got, &at)
		if err != nil || got != want {
			return 0, fmt.Errorf("worker: a core said %q: want %s and a time", d.reports.Text(),
				want)
		}
		last = max(last, at)
	}
	return last, nil
}

// watch reports what becomes of the victim; the victim itself has nothing to report.
func watch(s *coreos.OS) error {
	s.Loop().Lock()
	for {
		t := s.Loop().Turn(kernel.Forever)
		now := s.Core().Now()
		if len(t.Faults) > 0 {
			return errors.Join(t.Faults...)
		}
		isVictim := func(d coreos.Death) bool { return d.Core == victim }
		if slices.ContainsFunc(t.Deaths, isVictim) {
			fmt.Println(reportDead, now)
		}
		// A core has no channel to itself, and nil never comes up.
		if slices.Contains(t.Up, s.Loop().Channel(victim)) {
			fmt.Println(reportUp, now)
		}
	}
}
