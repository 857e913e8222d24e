// Package clients runs the clients that others use to load servers, and reads what they print.
package clients

import (
	"context"
	"fmt"
	"os/exec"
	"strings"
	"syscall"
	"time"
)

// timeMax is how long a client may take beyond what it is asked for.
const timeMax = 30 * time.Second

// excerptBytes is how much of a client's output errors show.
const excerptBytes = 400

// run runs a client, and returns what it prints.
func run(atMost time.Duration, name string, args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), atMost)
	defer cancel()
	c := exec.CommandContext(ctx, name, args...)
	c.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	text, err := c.CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("clients: %s: %w: it said %q", name, err, excerpt(string(text)))
	}
	return string(text), nil
}

// excerpt returns the end of a text, as long as errors can bear.
func excerpt(text string) string {
	return strings.TrimSpace(text[max(0, len(text)-excerptBytes):])
}
