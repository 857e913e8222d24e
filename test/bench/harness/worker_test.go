package harness

import (
	"os/exec"
	"strings"
	"testing"
	"time"
)

// A worker's times are passed on; its refusals, garbage and death are errors.
func TestWorker(t *testing.T) {
	script := `echo ready to go; while read a; do case $a in
		time) echo ok 1500;; die) exit 3;; zero) echo ok 0;; *) echo "error $a";; esac; done`
	w, err := StartWorker("script", exec.Command("sh", "-c", script))
	if err != nil {
		t.Fatal(err)
	}
	if w.Greeting != "to go" {
		t.Errorf("greeting %q: want %q", w.Greeting, "to go")
	}
	if elapsed, err := w.Ask("time"); err != nil || elapsed != 1500*time.Nanosecond {
		t.Errorf("answer %v, %v: want 1.5µs", elapsed, err)
	}
	for _, request := range []string{"zero", "refuse", "die", "time"} {
		if elapsed, err := w.Ask(request); err == nil {
			t.Errorf("%s is answered %v: want an error", request, elapsed)
		}
	}
	if err := w.Close(); err == nil || !strings.Contains(err.Error(), "exit status 3") {
		t.Errorf("closing it gives %v: want exit status 3", err)
	}
}

// A command that does not greet, or cannot be started, is no worker.
func TestStartWorkerRefuses(t *testing.T) {
	for _, command := range []*exec.Cmd{exec.Command("echo", "hello"), exec.Command("true"),
		exec.Command("/no/such/file")} {
		if w, err := StartWorker("bad", command); err == nil {
			t.Errorf("%v became a worker that says %q: want an error", command, w.Greeting)
		}
	}
}
