package shell

import (
	"errors"
	"fmt"
	"io"
	"strings"
)

const prompt = "skerry> "

// errNoAnswer and errLook are why a command cannot be carried out.
var (
	errNoAnswer = fmt.Errorf("shell: no answer in %v", answerPatience)
	errLook     = errors.New("shell: this CPU driver cannot do that: want the one of bare machines")
)

// exitRequest ends the machine.
type exitRequest struct{ status uint8 }

func (e exitRequest) Error() string { return fmt.Sprintf("exit status %d", e.status) }

// usageError is a command that makes no sense.
type usageError struct{ error }

// converse waits for the console and then runs commands until the machine ends.
func (sh *shell) converse() {
	sh.succeed(sh.awaitConsole())
	if sh.scripted {
		sh.runScript()
	} else {
		sh.interact()
	}
}

// runScript runs what is left of the script.
func (sh *shell) runScript() {
	n := sh.noted()
	for ; int(n.number) < len(sh.script); n = sh.noted() {
		line := sh.script[n.number]
		fmt.Fprintln(sh.out, prompt+line)
		sh.perform(line)
	}
	sh.powerOff(n.status)
}

// interact runs the lines that are typed.
func (sh *shell) interact() {
	for e := newEditor(sh.in, sh.out); ; {
		line, err := e.line()
		switch {
		case errors.Is(err, errClosed):
			sh.powerOff(0)
		case errors.Is(err, io.EOF):
			fmt.Fprintln(sh.out, "shell: the console has no input: want --exec 'COMMAND; COMMAND'")
			sh.powerOff(statusUsage)
		case err != nil:
			fmt.Fprintf(sh.out, "shell: read the console: %v\n", err)
			sh.powerOff(statusFailed)
		case strings.TrimSpace(line) != "":
			sh.perform(line)
		}
	}
}

// perform runs a line, and has the other cores know before and after.
func (sh *shell) perform(line string) {
	n := sh.noted()
	n.text = line
	sh.tell(n)
	sh.done(sh.carryOut(line))
}

// carryOut runs the command of a line.
func (sh *shell) carryOut(line string) error {
	words := strings.Fields(line)
	c, err := find(words[0])
	if err != nil {
		return err
	}
	if args := len(words) - 1; args < c.least || args > c.most {
		return usageError{fmt.Errorf("shell: %s with %d arguments: usage: %s", c.verb, args,
			strings.TrimSpace(c.verb+" "+c.usage))}
	}
	return c.run(sh, words[1:])
}

// done notes how a command ended.
func (sh *shell) done(err error) {
	n := sh.noted()
	n.number, n.text = n.number+1, ""
	if exit, ok := errors.AsType[exitRequest](err); ok {
		sh.powerOff(exit.status)
	}
	if err != nil {
		fmt.Fprintln(sh.out, err)
	}
	if n.status == 0 {
		n.status = statusOf(err)
	}
	sh.tell(n)
}

// statusOf returns the exit status of a command.
func statusOf(err error) uint8 {
	if _, ok := errors.AsType[usageError](err); ok {
		return statusUsage
	}
	if err != nil {
		return statusFailed
	}
	return 0
}
