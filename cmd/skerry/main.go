// Command skerry makes machines and runs programs on them. `skerry help` lists its verbs.
package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
)

// Exit statuses. A machine that was ended by signal n leaves 128 + n, as shells have it.
const (
	statusOK     = 0
	statusFailed = 1 // a line on standard error says what
	statusUsage  = 2 // the command line makes no sense
)

// command is one verb.
type command struct {
	verb    string
	usage   string // its arguments
	summary string // one line for people; without one, the verb is not for them
	run     func(args []string) (status int, err error)
}

// commands returns the verbs, in the order in which help shows them.
func commands() []command {
	return []command{
		{"run", "[FLAGS] APP [ARGS]", "run an app on the cores of a machine", run},
		{"image", "-o FILE [FLAGS] [APP]", "make what a machine on bare boots from", makeImage},
		{"help", "[VERB]", "list the verbs, or tell about one", help},
		{"janitor", "", "", janitor},
	}
}

var errUsage = errors.New("skerry: want a verb: see `skerry help`")

func main() {
	status, err := dispatch(os.Args[1:])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
	os.Exit(status)
}

func dispatch(args []string) (status int, err error) {
	if len(args) == 0 {
		printHelp(os.Stderr)
		return statusUsage, errUsage
	}
	if slices.Contains([]string{"-h", "-help", "--help"}, args[0]) {
		return help(args[1:])
	}
	c, err := find(args[0])
	if err != nil {
		return statusUsage, err
	}
	return c.run(args[1:])
}

func help(args []string) (int, error) {
	if len(args) == 0 {
		printHelp(os.Stdout)
		return statusOK, nil
	}
	c, err := find(args[0])
	if err != nil {
		return statusUsage, err
	}
	if _, ok := usages[c.verb]; ok {
		return c.run([]string{"-h"})
	}
	fmt.Printf("skerry %s %s\n\t%s\n", c.verb, c.usage, c.summary)
	return statusOK, nil
}

func printHelp(out io.Writer) {
	fmt.Fprintln(out, "usage: skerry VERB [ARGS]")
	for _, c := range commands() {
		if c.summary != "" {
			fmt.Fprintf(out, "  %-5s %-22s %s\n", c.verb, c.usage, c.summary)
		}
	}
}
