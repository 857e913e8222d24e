// Package kerneltest is the conformance suite of CPU drivers: a driver that passes it keeps the
// contract of package kernel.
//
// It is a program, not a Go test, because on bare it runs in the instances. [Program] runs on every
// core of a machine of three cores or more; no other program runs there. It prints one line per
// case on the console of the first core,
//
//	kerneltest: ok NAME
//	kerneltest: FAIL NAME: what was found, what was wanted
//
// and [Check] reads them. The driver may start all cores or only the first: the first one starts
// the others if they are off. Run it without injected faults: the contract lets a kick be lost, the
// suite doesn't.
//
// # How it works
//
// Each core runs a player, which does what it is asked (player.go, ops.go). On the first core a
// second goroutine is the conductor, which asks the players and judges their answers; a case is a
// function of the conductor (cases.go). They talk through mail boxes (mail.go): words in the
// windows to the first core, looked at between sleeps of the Go runtime. So the suite itself needs
// no kick and no wait, and a broken driver gets a line and not a hang.
package kerneltest

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"skerry/kernel"
)

// mark begins each line of the suite, so that it's found among others on a console.
const mark = "kerneltest: "

// Program is the suite; run it on every core.
func Program(core kernel.Core) error { return To(os.Stdout)(core) }

// To returns the suite with its lines going to out.
func To(out io.Writer) kernel.Program {
	return func(core kernel.Core) error {
		boot := core.Boot()
		if len(boot.Cores) < coresMin {
			return fmt.Errorf("kerneltest: %d cores: want %d at least", len(boot.Cores), coresMin)
		}
		if boot.Core != boot.Cores[0] {
			window, err := core.Window(boot.Cores[0])
			if err != nil {
				return fmt.Errorf("kerneltest: window to the first core: %w", err)
			}
			return newPlayer(core, mailIn(window)).serve()
		}
		own := mailIn(make([]byte, mailBytes))
		go newConductor(core, own, out).conduct()
		return newPlayer(core, own).serve()
	}
}

// Check reads a console, or what To was given, and returns nil if every case was passed.
func Check(console string) error {
	var bad []error
	passed := map[string]bool{}
	for line := range strings.Lines(console) {
		_, line, found := strings.Cut(strings.TrimSpace(line), mark)
		if name, ok := strings.CutPrefix(line, "ok "); found && ok {
			passed[name] = true
		} else if found {
			bad = append(bad, errors.New(mark+line))
		}
	}
	for _, c := range cases {
		if !passed[c.name] {
			bad = append(bad, fmt.Errorf("kerneltest: no line says ok %s", c.name))
		}
	}
	return errors.Join(bad...)
}
