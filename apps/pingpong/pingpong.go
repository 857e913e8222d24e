// Package pingpong is a demonstration: core 0 plays ping-pong with every other core in turn,
// measures what it sees, and prints a table.
//
// What it measures is what an app gets: generated stubs, and the loops of both cores around them.
// `./dev bench msg` measures the parts, and compares them with other ways to pass messages.
package pingpong

import (
	"errors"
	"fmt"
	"time"

	"skerry/coreos"
	"skerry/kernel"
)

// timeDefault is how long all measurements take together.
const timeDefault = 4 * time.Second

// App returns the app. Its one argument, which may be left out, is how long to measure: "4s".
func App() coreos.App {
	return coreos.App{Name: "pingpong", Run: run, OwnsLoop: true}
}

func run(s *coreos.OS) error {
	boot := s.Core().Boot()
	total, err := parse(s.Args())
	if err != nil {
		return err
	}
	if len(boot.Cores) < 2 {
		return fmt.Errorf("pingpong: %d core: want at least 2, one to ping and one to answer",
			len(boot.Cores))
	}
	if boot.Core != boot.Cores[0] {
		return serve(s, boot.Cores[0])
	}
	return play(s, boot.Cores[1:], total)
}

// parse returns how long to measure.
func parse(args []string) (time.Duration, error) {
	switch len(args) {
	case 0:
		return timeDefault, nil
	case 1:
		d, err := time.ParseDuration(args[0])
		if err != nil || d <= 0 {
			return 0, fmt.Errorf("pingpong: time %q: want one like 500ms or 4s", args[0])
		}
		return d, nil
	}
	return 0, fmt.Errorf("pingpong: %d arguments: want at most one, the time to measure", len(args))
}

// play measures one peer after the other.
func play(s *coreos.OS, peers []kernel.CoreID, total time.Duration) error {
	s.Loop().Lock()
	defer s.Loop().Unlock()
	boot := s.Core().Boot()
	slice := total / time.Duration(len(peers)*len(measurements))
	var rows []row
	for _, peer := range peers {
		fmt.Printf("%v: life %d: pings %v\n", boot.Core, boot.Incarnation, peer)
		p, err := meet(s, peer)
		if err != nil {
			return err
		}
		r := row{peer: peer}
		for _, m := range measurements {
			err = errors.Join(err, m(p, slice, &r))
		}
		if err != nil {
			return err
		}
		rows = append(rows, r)
	}
	printTable(rows)
	return nil
}
