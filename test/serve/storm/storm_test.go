package storm

import (
	"bufio"
	"io"
	"testing"
)

// A storm makes the collector run all the time, and says how much it allocates.
func TestReport(t *testing.T) {
	read, write := io.Pipe()
	ended := make(chan error, 1)
	go func() { ended <- Start().Report(write) }()
	lines := bufio.NewScanner(read)
	if !lines.Scan() {
		t.Fatalf("no line: %v", lines.Err())
	}
	if rate, ok := Parse(lines.Text()); !ok || rate < 1 {
		t.Errorf("after a second it says %q, a rate of %v: want MB/s", lines.Text(), rate)
	}
	read.Close()
	if err := <-ended; err == nil {
		t.Error("Report returns nil when nobody reads: want an error")
	}
}

// Lines of others are no reports.
func TestParse(t *testing.T) {
	for _, line := range []string{"", "httpd: hello", "storm: x MB/s", "storm: 12 MB/s"} {
		if rate, ok := Parse(line); ok {
			t.Errorf("%q is a report of %v: want none", line, rate)
		}
	}
}
