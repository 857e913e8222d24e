package main

import (
	"fmt"
	"os"
	"slices"
	"sync/atomic"
	"syscall"

	"skerry/kernel/hosted"
	"skerry/kernel/hosted/steer"
	"skerry/tools/machine"
)

// runHosted returns when the machine has ended, be it by a signal to this process.
func (o *options) runHosted() (int, error) {
	config, err := o.hosted()
	if err != nil {
		return statusFailed, err
	}
	defer o.built.Close() // the cores run it until the end
	signals := caughtSignals()
	made := make(chan *hosted.Machine, 1)
	var ended atomic.Int32 // the status that a signal leaves
	go func() {
		status := 128 + int((<-signals).(syscall.Signal))
		select {
		case machine := <-made:
			ended.Store(int32(status))
			machine.Close()
		default:
			os.Exit(status) // nothing runs yet, and the janitor needs nobody
		}
	}()
	machine, err := hosted.New(config)
	if err != nil {
		return statusFailed, err
	}
	defer machine.Close()
	made <- machine
	if config.Input != nil {
		defer saveTerminal().restore()
		watchKeys()
	}
	err = machine.Run()
	if status := int(ended.Load()); status != 0 {
		return status, nil
	}
	if err != nil {
		return statusFailed, err
	}
	return statusOK, nil
}

// hosted returns the machine that the command line asks for.
func (o *options) hosted() (hosted.Config, error) {
	config := hosted.Config{
		NoPin: o.noPin, Steer: steer.New,
		Janitor: []string{o.self, "janitor"},
		Warn:    func(line string) { fmt.Fprintln(os.Stderr, line) },
	}
	m, err := o.machine()
	if err != nil {
		return config, err
	}
	for _, app := range m.Apps {
		if app.Program != "" {
			return config, fmt.Errorf("skerry: a program of its own, %s, on hosted: want --on bare",
				app.Program)
		}
	}
	list, err := o.publications(m)
	if err != nil {
		return config, err
	}
	tell(list, os.Stderr)
	config.Instance, config.Cores, config.ArgsOf = o.instance, m.Cores, m.Words
	config.Ports = hostedPorts(list)
	if hasConsole(m) {
		config.Input, err = typed()
	}
	return config, err
}

// hasConsole tells whether somebody may type on the machine.
func hasConsole(m *machine.Machine) bool {
	return slices.ContainsFunc(m.Apps, func(a machine.App) bool {
		return a.Name == appConsole && !slices.Contains(a.Args, "--exec")
	})
}

// janitor is the verb with which a launcher starts its janitor.
func janitor(args []string) (int, error) {
	if err := hosted.Janitor(args); err != nil {
		return statusUsage, err
	}
	return statusOK, nil
}
