package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"sync/atomic"
	"syscall"

	"skerry/kernel/hosted"
)

// coresDefault is how many cores a machine has if nobody says: enough for a message.
const coresDefault = 2

// run is the verb that makes a machine and runs an app on all its cores until it ends.
func run(args []string) (int, error) {
	config, on, err := parseRun(args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return statusOK, nil
	case err != nil:
		return statusUsage, err
	case on == "sim":
		return statusUsage, errors.New("skerry: sim runs inside `go test`: see kernel/sim")
	case on != "hosted":
		return statusUsage, fmt.Errorf("skerry: no driver %q in this build: want hosted", on)
	}
	return runHosted(config)
}

func parseRun(args []string) (config hosted.Config, on string, err error) {
	self, err := os.Executable()
	if err != nil {
		return config, on, fmt.Errorf("skerry: where am I: %w", err)
	}
	flags := flag.NewFlagSet("skerry run", flag.ContinueOnError)
	flags.StringVar(&on, "on", "hosted", "the driver: hosted, one Linux process a core")
	flags.IntVar(&config.Cores, "cores", coresDefault, "number of cores")
	flags.BoolVar(&config.NoPin, "no-pin", false, "leave the choice of CPUs to Linux")
	flags.StringVar(&config.Instance, "instance", filepath.Join(filepath.Dir(self), "instance"),
		"the program of the cores")
	flags.SetOutput(io.Discard)
	if err := flags.Parse(args); errors.Is(err, flag.ErrHelp) {
		fmt.Println("usage: skerry run [FLAGS] APP [ARGS]")
		flags.SetOutput(os.Stdout)
		flags.PrintDefaults()
		return config, on, err
	} else if err != nil {
		return config, on, fmt.Errorf("skerry run: %w: see `skerry help run`", err)
	}
	config.Args = flags.Args()
	if len(config.Args) == 0 {
		return config, on, errors.New("skerry: no app to run: want skerry run [FLAGS] APP [ARGS]")
	}
	config.Janitor = []string{self, "janitor"}
	config.Warn = func(line string) { fmt.Fprintln(os.Stderr, line) }
	return config, on, nil
}

// runHosted returns when the machine has ended, be it by a signal to this process.
func runHosted(config hosted.Config) (int, error) {
	signals := make(chan os.Signal, 1)
	for _, s := range []os.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP} {
		if !signal.Ignored(s) {
			signal.Notify(signals, s)
		}
	}
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
