package shell

import (
	"fmt"
	"slices"
	"strconv"
	"text/tabwriter"

	"skerry/coreos/shell/nearest"
	"skerry/kernel"
)

// command is one command of the shell.
type command struct {
	verb    string
	usage   string // its arguments
	summary string
	least   int // arguments
	most    int
	lethal  bool // ends the life of the core that its first argument names
	run     func(sh *shell, args []string) error
}

// commands returns the commands, in the order in which help shows them.
func commands() []command {
	return []command{
		{"help", "[COMMAND]", "list the commands, or tell about one", 0, 1, false, help},
		{"cores", "", "show how each core is", 0, 0, false, showCores},
		{"mem", "", "show the memory of each core", 0, 0, false, showMemory},
		{"trace", "[N]", "show what the CPU driver of a core did last", 0, 1, false, showTrace},
		{"ping", "N", "measure how soon core N answers", 1, 1, false, ping},
		{"bench", "msg [N]", "measure messages to core N", 1, 2, false, bench},
		{"start", "N", "start core N", 1, 1, false, start},
		{"stop", "N", "end the life of core N", 1, 1, true, stop},
		{"restart", "N", "end the life of core N, and start the next", 1, 1, true, restart},
		{"crash", "N", "have the instance of core N panic", 1, 1, true, crashCore},
		{"fault", "N", "have the CPU driver of core N fault", 1, 1, true, faultCore},
		{"hang", "N [ring3|ring0]", "have the instance or the CPU driver of core N loop", 1, 2,
			true, hangCore},
		{"exit", "[STATUS]", "end the machine", 0, 1, false, exit},
	}
}

// find returns the command with the given verb, or suggests the nearest.
func find(verb string) (command, error) {
	var verbs []string
	for _, c := range commands() {
		if c.verb == verb {
			return c, nil
		}
		verbs = append(verbs, c.verb)
	}
	if best, ok := nearest.To(verb, verbs); ok {
		return command{}, usageError{
			fmt.Errorf("shell: unknown command %q: did you mean %q?", verb, best)}
	}
	return command{}, usageError{fmt.Errorf("shell: unknown command %q: see help", verb)}
}

func help(sh *shell, args []string) error {
	list := commands()
	if len(args) > 0 {
		c, err := find(args[0])
		if err != nil {
			return err
		}
		list = []command{c}
	}
	w := sh.table()
	for _, c := range list {
		fmt.Fprintf(w, "%s %s\t%s\n", c.verb, c.usage, c.summary)
	}
	return w.Flush()
}

func exit(sh *shell, args []string) error {
	if len(args) == 0 {
		return exitRequest{sh.status()}
	}
	status, err := strconv.ParseUint(args[0], 10, 8)
	if err != nil {
		return usageError{fmt.Errorf("shell: exit status %q: want 0 to 255", args[0])}
	}
	return exitRequest{uint8(status)}
}

// status returns what the machine ends with if nobody says otherwise: in a script, the status of
// the first command that failed.
func (sh *shell) status() uint8 {
	if sh.scripted {
		return sh.noted().status
	}
	return 0
}

// table returns a writer that lines up columns, which tabs end.
func (sh *shell) table() *tabwriter.Writer { return tabwriter.NewWriter(sh.out, 0, 0, 3, ' ', 0) }

// parseCore returns the core that a word names.
func (sh *shell) parseCore(word string) (kernel.CoreID, error) {
	cores := sh.core.Boot().Cores
	n, err := strconv.ParseUint(word, 10, 16)
	if id := kernel.MakeCoreID(0, uint16(n)); err == nil && slices.Contains(cores, id) {
		return id, nil
	}
	return 0, usageError{fmt.Errorf("shell: core %q: want one of 0 to %d", word, len(cores)-1)}
}

// parsePeer returns the core that a word names, if it is another one.
func (sh *shell) parsePeer(word string) (*peer, error) {
	id, err := sh.parseCore(word)
	if err != nil {
		return nil, err
	}
	if p := sh.peers[id]; p != nil {
		return p, nil
	}
	if id != sh.core.Boot().Core {
		return nil, fmt.Errorf("shell: %v: %w", id, kernel.ErrNoWindow)
	}
	return nil, usageError{fmt.Errorf("shell: core %q is this one: want another", word)}
}
