package main

import (
	"errors"
	"flag"
	"os"
	"os/signal"
	"syscall"
)

// run is the verb that makes a machine and runs an app on all its cores until it ends.
func run(args []string) (int, error) {
	o, err := parse("run", args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return statusOK, nil
	case err != nil:
		return statusUsage, err
	case o.on == "bare":
		return o.runBare()
	}
	return o.runHosted()
}

// caughtSignals returns the signals that end a machine, unless somebody wants them ignored.
func caughtSignals() chan os.Signal {
	signals := make(chan os.Signal, 1)
	for _, s := range []os.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP} {
		if !signal.Ignored(s) {
			signal.Notify(signals, s)
		}
	}
	return signals
}
