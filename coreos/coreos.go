// Package coreos is the operating system of one core, as its apps see it.
//
// A program becomes an app by handing a function to Main:
//
//	func main() {
//		coreos.Main(coreos.App{Name: "hello", Run: func(s *coreos.OS) error {
//			fmt.Println("hello from", s.Core().Boot().Core)
//			return nil
//		}})
//	}
//
// The same program runs on each core of a machine, with a Go runtime of its own on each. An app
// uses goroutines, timers and blocking calls like any Go program; what is special is the [Loop],
// which one goroutine runs: it brings messages from the other cores, and word of their lives and
// deaths.
package coreos

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"skerry/kernel"
	"skerry/kernel/local"
)

// App is a program for the cores of a machine.
type App struct {
	Name string          // by which it is asked for
	Run  func(*OS) error // runs on each core; a core lives as long as it does
}

// OS is what an app gets: its core, and the core's loop.
type OS struct {
	core kernel.Core
	loop *Loop
}

// Core returns the core that the app runs on.
func (s *OS) Core() kernel.Core { return s.core }

// Loop returns the core's loop.
func (s *OS) Loop() *Loop { return s.loop }

// Args returns the app's arguments, without its name.
func (s *OS) Args() []string { return s.core.Boot().Args[1:] }

// ErrUnknownApp is the refusal to run an app that the program does not have.
var ErrUnknownApp = errors.New("coreos: unknown app")

// Main is the main function of an instance: it finds the core that it runs on, runs the app that
// the boot information names, and ends the core's life with it. Outside of a machine, --list makes
// the program name its apps.
func Main(apps ...App) {
	core, err := local.Attach()
	switch {
	case errors.Is(err, local.ErrNotCore) && slices.Equal(os.Args[1:], []string{"--list"}):
		for _, app := range apps {
			fmt.Println(app.Name)
		}
		return
	case err != nil:
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	if err := Program(apps...)(core); err != nil {
		core.Die(err.Error())
	}
}

// Program returns what Main runs, for drivers that take a program, as kernel/sim does.
func Program(apps ...App) kernel.Program {
	return func(core kernel.Core) error {
		app, err := find(apps, core.Boot().Args)
		if err != nil {
			return err
		}
		loop, err := newLoop(core)
		if err != nil {
			return err
		}
		return app.Run(&OS{core: core, loop: loop})
	}
}

// find returns the app that args[0] names.
func find(apps []App, args []string) (App, error) {
	if len(args) == 0 {
		return App{}, fmt.Errorf("%w: no name in the boot information: want one of %s",
			ErrUnknownApp, names(apps))
	}
	i := slices.IndexFunc(apps, func(a App) bool { return a.Name == args[0] })
	if i < 0 {
		return App{}, fmt.Errorf("%w %q: want one of %s", ErrUnknownApp, args[0], names(apps))
	}
	return apps[i], nil
}

// names returns the names of apps, in order, for people.
func names(apps []App) string {
	list := make([]string, len(apps))
	for i, a := range apps {
		list[i] = a.Name
	}
	return strings.Join(list, ", ")
}
