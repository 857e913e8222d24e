package harness

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strconv"
	"strings"
	"time"
)

// A Worker is a process that takes samples on request. It writes one line that begins with "ready"
// when it can take requests; each is one line on its standard input, answered by one line on its
// standard output: "ok NANOSECONDS" or "error TEXT". It ends at the end of its input.
type Worker struct {
	Greeting string // what follows "ready"

	name    string
	command *exec.Cmd
	input   io.WriteCloser
	answers chan string
	broken  error // once set, each request is refused with it
}

// StartWorker starts the command, whose standard input and output become the worker's, and waits
// until it is ready.
func StartWorker(name string, command *exec.Cmd) (*Worker, error) {
	w := &Worker{name: name, command: command, answers: make(chan string, 1)}
	input, err := command.StdinPipe()
	if err != nil {
		return nil, err
	}
	output, err := command.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := command.Start(); err != nil {
		return nil, fmt.Errorf("harness: start %s: %w", name, err)
	}
	w.input = input
	go w.read(output)
	answer, err := w.await()
	greeting, ready := strings.CutPrefix(answer, "ready")
	if err == nil && !ready {
		err = fmt.Errorf("harness: worker %s said %q at its start: want ready", name, answer)
	}
	if err != nil {
		return nil, errors.Join(err, w.Close())
	}
	w.Greeting = strings.TrimSpace(greeting)
	return w, nil
}

func (w *Worker) read(output io.Reader) {
	lines := bufio.NewScanner(output)
	for lines.Scan() {
		w.answers <- lines.Text()
	}
	close(w.answers)
}

func (w *Worker) await() (string, error) {
	select {
	case answer, open := <-w.answers:
		if open {
			return answer, nil
		}
		w.broken = fmt.Errorf("harness: worker %s has ended", w.name)
	case <-time.After(answerTimeMax):
		w.broken = fmt.Errorf("harness: worker %s gave no answer in %v", w.name, answerTimeMax)
	}
	return "", w.broken
}

// Ask sends one request and returns the time that it answers.
func (w *Worker) Ask(request string) (time.Duration, error) {
	if w.broken != nil {
		return 0, w.broken
	}
	if _, err := fmt.Fprintln(w.input, request); err != nil {
		w.broken = fmt.Errorf("harness: worker %s, %q: %w", w.name, request, err)
		return 0, w.broken
	}
	answer, err := w.await()
	if err != nil {
		return 0, fmt.Errorf("%w, asked for %q", err, request)
	}
	text, ok := strings.CutPrefix(answer, "ok ")
	nanos, err := strconv.ParseInt(text, 10, 64)
	if !ok || err != nil || nanos <= 0 {
		return 0, fmt.Errorf("harness: worker %s, %q: answer %q: want ok and a time",
			w.name, request, answer)
	}
	return time.Duration(nanos), nil
}

// Close ends the worker: by the end of its input, or by force if that does not do.
func (w *Worker) Close() error {
	w.input.Close()
	force := time.AfterFunc(endTimeMax, func() { w.command.Process.Kill() })
	defer force.Stop()
	for range w.answers {
	}
	if err := w.command.Wait(); err != nil {
		return fmt.Errorf("harness: worker %s: %w", w.name, err)
	}
	return nil
}
