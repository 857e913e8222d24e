package hosted

import (
	"fmt"
	"os"
	"testing"

	"skerry/kernel"
	"skerry/kernel/kerneltest"
)

// programs are what the tests run on cores; the test's binary is the instance.
var programs = map[string]kernel.Program{
	"kerneltest": kerneltest.Program,
	"return":     func(kernel.Core) error { return nil },
	"fail":       func(kernel.Core) error { return errTest },
	"panic":      func(kernel.Core) error { panic("two\nlines") },
	"fault":      readNowhere,
	"twice":      attachTwice,
	"watch":      watchDeaths,
	"place":      tellPlace,
	"deaf":       stopFirst,
}

// TestMain makes the test's binary an instance, a janitor, or the tests.
func TestMain(m *testing.M) {
	switch {
	case Booted():
		instance()
	case len(os.Args) > 1 && os.Args[1] == "janitor":
		Janitor(os.Args[2:])
	case len(os.Args) > 1 && os.Args[1] == fragileJanitor:
		keepPages(os.Args[2], 3, os.Stdin, os.Stdout)
	default:
		os.Exit(m.Run())
	}
}

// instance runs the program that the arguments name.
func instance() {
	if os.Getenv(listVariable) != "" {
		listFiles()
		return
	}
	core, err := Attach()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	if err := programs[core.Boot().Args[0]](core); err != nil {
		core.Die(err.Error())
	}
}
