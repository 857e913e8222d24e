// Package coreos is the operating system of one core, as its apps see it.
//
// A program becomes an app by handing a function to Main:
//
//	func main() {
//		coreos.Main(coreos.App{Name: "hello", Run: func(s *coreos.OS) error {
//			s.Logf("I am one of %d cores", len(s.Core().Boot().Cores))
//			return nil
//		}})
//	}
//
// The same program runs on each core of a machine, with a Go runtime of its own on each. An app
// uses goroutines, timers and blocking calls like any Go program; what is special is the [Loop],
// which one goroutine runs: it brings messages from the other cores, and word of their lives and
// deaths.
//
// Several apps may share a core, its loop and its fate. The boot information names them, with "+"
// between them: "httpd -v + shell". Each runs in a goroutine of its own; the core ends with the
// first that fails, or when all have returned.
package coreos

import (
	"errors"
	"fmt"
	"os"
	"slices"

	"skerry/kernel"
	"skerry/kernel/local"
)

// App is a program for the cores of a machine.
type App struct {
	Name string          // by which it is asked for
	Run  func(*OS) error // runs on each core

	// OwnsLoop says that the app runs the core's loop itself, by Turn or Serve. Then it is alone on
	// its core.
	OwnsLoop bool
}

// OS is what an app gets: its core, the core's loop, and its arguments.
type OS struct {
	core kernel.Core
	loop *Loop
	memo *memo
	name string
	args []string
}

// Core returns the core that the app runs on.
func (s *OS) Core() kernel.Core { return s.core }

// Loop returns the core's loop.
func (s *OS) Loop() *Loop { return s.loop }

// Args returns the app's arguments, without its name. The caller leaves them as they are.
func (s *OS) Args() []string { return s.args }

// Logf prints a line that tells the core and the app, at the console or wherever the machine's
// output goes. It is one write: nothing that other cores print gets into it.
func (s *OS) Logf(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	fmt.Printf("%v: %s: %s\n", s.core.Boot().Core, s.name, text)
}

// Watch asks for what the core's loop has to tell: watch is called in the loop, under its lock, and
// does not block. The caller holds the lock; it sees by [Loop.Channel] what is up already.
func (s *OS) Watch(watch func(Turn)) { s.loop.watchers = append(s.loop.watchers, watch) }

// ErrUnknownApp is the refusal to run an app that the program does not have.
var ErrUnknownApp = errors.New("coreos: unknown app")

// Main is the main function of an instance: it finds the core that it runs on, runs the apps that
// the boot information names, and ends the core's life with them. Outside of a machine, --list
// makes the program name its apps.
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
		jobs, err := plan(apps, core.Boot().Args)
		if err != nil {
			return err
		}
		loop, err := newLoop(core)
		if err != nil {
			return err
		}
		return run(jobs, &OS{core: core, loop: loop, memo: newMemo()})
	}
}
