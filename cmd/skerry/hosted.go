package main

import (
	"cmp"
	"fmt"
	"os"
	"sync/atomic"
	"syscall"

	"skerry/kernel/hosted"
)

// coresHosted is how many cores a machine has if nobody says: enough for a message.
const coresHosted = 2

// runHosted returns when the machine has ended, be it by a signal to this process.
func (o *options) runHosted() (int, error) {
	config := hosted.Config{
		Cores: cmp.Or(o.cores, coresHosted), Instance: o.instance, Args: o.app, NoPin: o.noPin,
		Janitor: []string{o.self, "janitor"},
		Warn:    func(line string) { fmt.Fprintln(os.Stderr, line) },
	}
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
	err = machine.Run()
	if status := int(ended.Load()); status != 0 {
		return status, nil
	}
	if err != nil {
		return statusFailed, err
	}
	return statusOK, nil
}

// janitor is the verb with which a launcher starts its janitor.
func janitor(args []string) (int, error) {
	if err := hosted.Janitor(args); err != nil {
		return statusUsage, err
	}
	return statusOK, nil
}
