package net

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"strconv"
)

// Port reads the arguments of an app that takes none but -port NUMBER, which is what it listens on
// instead of its usual port. Error: they are others.
func Port(args []string, usual int) (port int, err error) {
	port = usual
	flags := flag.NewFlagSet("", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.Func("port", "", func(text string) error {
		n, err := strconv.ParseUint(text, 10, 16)
		if err != nil || n == 0 {
			return errors.New("want 1 to 65535")
		}
		port = int(n)
		return nil
	})
	if err := flags.Parse(args); err != nil {
		return 0, fmt.Errorf("%w: want -port NUMBER, or nothing", err)
	}
	if flags.NArg() > 0 {
		return 0, fmt.Errorf("argument %q: want -port NUMBER, or nothing", flags.Arg(0))
	}
	return port, nil
}
