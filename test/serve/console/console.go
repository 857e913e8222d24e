// Package console runs a machine as its users do, by `skerry run`, and types at its console.
package console

import (
	"fmt"
	"io"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"time"
)

// lookAfter is the time between two looks at what a machine has said.
const lookAfter = 10 * time.Millisecond

// Console is the console of a machine that runs. Who types is one goroutine.
type Console struct {
	run   *exec.Cmd
	keys  io.WriteCloser
	ended chan struct{} // closed when it has

	mu   sync.Mutex
	said []byte
	seen int // what of that Expect has matched
}

// Start starts a machine: the command skerry, and the arguments of its verb run.
func Start(skerry string, args ...string) (*Console, error) {
	c := &Console{run: exec.Command(skerry, append([]string{"run"}, args...)...),
		ended: make(chan struct{})}
	c.run.Stdout, c.run.Stderr = c, c
	var err error
	if c.keys, err = c.run.StdinPipe(); err != nil {
		return nil, fmt.Errorf("console: %w", err)
	}
	if err := c.run.Start(); err != nil {
		return nil, fmt.Errorf("console: %w", err)
	}
	go func() {
		c.run.Wait() // its error is the exit status: see End
		close(c.ended)
	}()
	return c, nil
}

// Close ends the machine, if it has not ended.
func (c *Console) Close() {
	c.run.Process.Kill() // an error says that it has ended
	<-c.ended
}

// Write implements io.Writer: it is where the machine's output goes.
func (c *Console) Write(text []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.said = append(c.said, text...)
	return len(text), nil
}

// Said returns all that the machine has said so far.
func (c *Console) Said() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return string(c.said)
}

// Type types a line.
func (c *Console) Type(line string) error {
	if _, err := fmt.Fprintln(c.keys, line); err != nil {
		return fmt.Errorf("console: type %q: %w", line, err)
	}
	return nil
}

// Expect waits until the machine says what a pattern matches, after what was matched before, and
// returns the match and its groups. A $ at its end waits for the end of the line.
func (c *Console) Expect(pattern string, patience time.Duration) ([]string, error) {
	whole := pattern
	if line, ok := strings.CutSuffix(pattern, "$"); ok {
		whole = line + `\r?\n` // in Go, $ is the end of what has been said, too
	}
	re := regexp.MustCompile(`(?m)` + whole)
	for end := time.Now().Add(patience); ; time.Sleep(lookAfter) {
		if found := c.match(re); found != nil {
			return found, nil
		}
		if time.Now().After(end) {
			return nil, fmt.Errorf("console: not in %v: the machine says %q", patience, pattern)
		}
	}
}

func (c *Console) match(re *regexp.Regexp) []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	rest := string(c.said[c.seen:])
	at := re.FindStringIndex(rest)
	if at == nil {
		return nil
	}
	c.seen += at[1]
	return re.FindStringSubmatch(rest)
}

// End waits for the machine's end, and returns its exit status.
func (c *Console) End(patience time.Duration) (status int, err error) {
	select {
	case <-c.ended:
		return c.run.ProcessState.ExitCode(), nil
	case <-time.After(patience):
		return 0, fmt.Errorf("console: the machine has not ended in %v", patience)
	}
}
