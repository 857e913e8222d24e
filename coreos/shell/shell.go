// Package shell is the console of a machine: a line is read, a command runs, and what it has to say
// is printed.
//
// Every core runs the shell and serves those of the other cores (Member, Echo). The one that has
// the console runs commands, either lines that a person types or those of a script. Before each it
// tells all others (note), so that the next one goes on where it was if the core dies. Many
// commands are for just that.
//
// On each core three goroutines work together. The loop's receives messages, under the loop's lock,
// which guards the seat too. The console's waits for the console and then runs commands. The app's
// own waits for the end (fate): so a panic that was asked for is one of the app.
package shell

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"

	"skerry/coreos"
	"skerry/coreos/vitals"
	"skerry/kernel"
)

// App returns the app.
func App() coreos.App {
	return coreos.App{Name: "shell", Run: func(s *coreos.OS) error {
		return run(s, os.Stdin, os.Stdout)
	}}
}

// shell is the shell of one core.
type shell struct {
	core     kernel.Core
	look     kernel.Inspector // nil: the driver is none
	loop     *coreos.Loop
	in       io.Reader
	out      io.Writer
	scripted bool
	script   []string
	vitals   *vitals.Vitals
	peers    map[kernel.CoreID]*peer // those that there is a channel to
	seat     seat                    // guarded by the loop's lock
	fate     chan func() error       // capacity 1: how the program ends
}

// peer is another core: the clients of what its shell serves.
type peer struct {
	id     kernel.CoreID
	member *BlockingMember
	rally  *rally
}

func run(s *coreos.OS, in io.Reader, out io.Writer) error {
	sh, err := open(s, in, out)
	if err != nil {
		return err
	}
	return sh.live()
}

// open returns a shell that serves the other cores.
func open(s *coreos.OS, in io.Reader, out io.Writer) (*shell, error) {
	sh := &shell{
		core: s.Core(), loop: s.Loop(), in: in, out: out,
		peers: map[kernel.CoreID]*peer{}, fate: make(chan func() error, 1),
	}
	sh.look, _ = sh.core.(kernel.Inspector)
	if err := sh.parse(s.Args()); err != nil {
		return nil, err
	}
	var err error
	if sh.vitals, err = vitals.Of(s); err != nil {
		return nil, err
	}
	return sh, sh.join(s)
}

// live returns when the program ends.
func (sh *shell) live() error {
	go sh.converse()
	return (<-sh.fate)()
}

// parse takes the app's arguments.
func (sh *shell) parse(args []string) error {
	flags := flag.NewFlagSet("shell", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.Func("exec", "commands to run, with ; between them", func(text string) error {
		sh.scripted = true
		for line := range strings.SplitSeq(text, ";") {
			line = strings.TrimSpace(line)
			if len(line) > MemberNoteTextMax {
				return fmt.Errorf("command of %d bytes: want at most %d", len(line),
					MemberNoteTextMax)
			}
			if line != "" {
				sh.script = append(sh.script, line)
			}
		}
		return nil
	})
	err := flags.Parse(args)
	if err == nil && flags.NArg() > 0 {
		err = fmt.Errorf("argument %q: want no others", flags.Arg(0))
	}
	if err != nil {
		return fmt.Errorf("shell: %w: usage: shell [--exec 'COMMAND; COMMAND']", err)
	}
	return nil
}

// join serves the other cores, and makes the clients of what they serve.
func (sh *shell) join(s *coreos.OS) error {
	if err := sh.serve(s); err != nil {
		return err
	}
	for _, p := range sh.peers {
		var err error
		if p.member, err = NewBlockingMember(sh.loop.Channel(p.id), sh.loop); err != nil {
			return err
		}
	}
	return nil
}

// serve does what the loop has part in.
func (sh *shell) serve(s *coreos.OS) error {
	sh.loop.Lock()
	defer sh.loop.Unlock()
	services := sh.loop.Services()
	err := errors.Join(ServeMember(services, &member{sh}), ServeEcho(services, echo{}))
	if err != nil {
		return err
	}
	s.Watch(sh.hear)
	for _, id := range sh.core.Boot().Cores {
		if sh.loop.Channel(id) == nil {
			continue
		}
		r, err := newRally(sh, id)
		if err != nil {
			return err
		}
		sh.peers[id] = &peer{id: id, rally: r}
	}
	return nil
}

// hear takes what the loop has to tell.
func (sh *shell) hear(t coreos.Turn) {
	for _, d := range t.Deaths {
		sh.seat.died(d.Core)
	}
}

// finish decides how the program ends, unless that is decided.
func (sh *shell) finish(how func() error) {
	select {
	case sh.fate <- how:
	default:
	}
}

// powerOff ends the machine, and does not return. Where the driver cannot do it with a status, or
// does not let this core, other cores are stopped, and this one leaves the status in its epitaph.
func (sh *shell) powerOff(status uint8) {
	if sh.look != nil {
		sh.look.PowerOff(int(status))
	}
	for id := range sh.peers {
		sh.core.Stop(id) // an error means that it does not run
	}
	sh.finish(func() error {
		if status == 0 {
			return sh.core.Stop(sh.core.Boot().Core) // and with it other apps
		}
		return fmt.Errorf("shell: exit status %d", status)
	})
	select {}
}
