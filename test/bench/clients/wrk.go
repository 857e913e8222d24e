package clients

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Wrk loads a web server with wrk: so many connections, each with one request at a time, in two
// threads.
type Wrk struct {
	URL         string
	Connections int
	Time        time.Duration // at least a second
}

// WrkResult is what wrk tells.
type WrkResult struct {
	Rate   float64 // answers a second
	Failed int     // requests that had no answer, or a bad one
}

// Run runs wrk.
func (w Wrk) Run() (WrkResult, error) {
	text, err := run(w.Time+timeMax, "wrk", "--threads", "2", "--connections",
		strconv.Itoa(w.Connections), "--duration", fmt.Sprintf("%.0fs", w.Time.Seconds()), w.URL)
	if err != nil {
		return WrkResult{}, err
	}
	return parseWrk(text)
}

// parseWrk reads the output of wrk.
func parseWrk(text string) (r WrkResult, err error) {
	found := false
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		var connect, read, write, timeout, bad int
		if value, ok := strings.CutPrefix(line, "Requests/sec:"); ok {
			r.Rate, err = strconv.ParseFloat(strings.TrimSpace(value), 64)
			found = err == nil
		}
		if n, _ := fmt.Sscanf(line, "Socket errors: connect %d, read %d, write %d, timeout %d",
			&connect, &read, &write, &timeout); n == 4 {
			r.Failed += connect + read + write + timeout
		}
		if n, _ := fmt.Sscanf(line, "Non-2xx or 3xx responses: %d", &bad); n == 1 {
			r.Failed += bad
		}
	}
	if !found {
		return r, fmt.Errorf("clients: wrk said %q: want a line with Requests/sec", excerpt(text))
	}
	return r, nil
}
