package limit

import (
	"errors"
	"fmt"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"skerry/test/bench/harness"
)

// Every baseline runs and answers with a time, and a request that makes no sense is refused.
func TestBaselinesAnswer(t *testing.T) {
	program, err := Build(t.TempDir())
	if errors.Is(err, ErrNoCompiler) {
		t.Skipf("SKIPPED, nothing was checked: %v", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	requests := []string{"one-line 100 0 10", "two-line 100 0 10", "ring-pingpong 100 64 10",
		"ring-stream 5000 16 10", "ring-stream 5000 1024 10", "bulk-copy 20 0 10",
		"wake 2 50 10", "pipe 5 0 10", "socket 5 0 10"}
	refused := []string{"nonsense 1 1 1", "ring-stream 10 48 1", "ring-stream 10 2048 1",
		"one-line 0 0 1", "one-line"}
	answers := serve(t, program, append(requests, refused...))
	for i, answer := range answers {
		var nanos int
		_, err := fmt.Sscanf(answer, "ok %d", &nanos)
		if i < len(requests) && (err != nil || nanos <= 0) {
			t.Errorf("%q is answered %q: want ok and a time", requests[i], answer)
		}
		if i >= len(requests) && !strings.HasPrefix(answer, "error ") {
			t.Errorf("%q is answered %q: want an error", refused[i-len(requests)], answer)
		}
	}
}

// serve returns the program's answers to the requests.
func serve(t *testing.T, program string, requests []string) []string {
	t.Helper()
	a, b, err := harness.TwoCPUs()
	if err != nil {
		t.Skipf("SKIPPED, nothing was checked: %v", err)
	}
	command := exec.Command(program, strconv.Itoa(a), strconv.Itoa(b))
	command.Stdin = strings.NewReader(strings.Join(requests, "\n") + "\n")
	output, err := command.Output()
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(output)), "\n")
	if len(lines) != len(requests)+1 || !strings.HasPrefix(lines[0], "ready ") {
		t.Fatalf("%d lines of output for %d requests: want ready and one each:\n%s",
			len(lines), len(requests), output)
	}
	return lines[1:]
}
