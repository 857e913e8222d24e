// Package httpd is a web server: the files of the folder site, which it carries with it, a page
// that tells how the machine is (/status), and the same for Prometheus (/metrics). Every core that
// runs it answers for the whole machine.
package httpd

import (
	"fmt"
	"log"
	"net/http"
	"sync/atomic"

	"skerry/coreos"
	"skerry/coreos/net"
	"skerry/coreos/vitals"
)

// App returns the app. Its argument -port is what it serves instead of 80.
func App() coreos.App {
	return coreos.App{Name: "httpd", Run: run}
}

func run(s *coreos.OS) error {
	port, err := net.Port(s.Args(), 80)
	if err != nil {
		return fmt.Errorf("httpd: %w", err)
	}
	v, err := vitals.Of(s)
	if err != nil {
		return fmt.Errorf("httpd: %w", err)
	}
	n, err := net.Of(s)
	if err != nil {
		return fmt.Errorf("httpd: %w", err)
	}
	l, err := n.Listen("tcp", fmt.Sprintf(":%d", port))
	if err != nil {
		return fmt.Errorf("httpd: %w", err)
	}
	h, err := newHandler(s.Core().Boot().Core, v.Gather)
	if err != nil {
		return err
	}
	if err := h.tally.register(v); err != nil {
		return fmt.Errorf("httpd: %w", err)
	}
	return h.serve(newSeats(l, connectionsMax))
}

// tally is what this core's server counts.
type tally struct {
	requests    atomic.Uint64 // that came to the handler
	refused     atomic.Uint64 // that ended before: malformed, too long, too slow
	connections atomic.Uint64
	errors      atomic.Uint64 // of the server itself
}

// register has the counts told with the core's vitals.
func (t *tally) register(v *vitals.Vitals) error {
	for _, c := range []struct {
		name  string
		count *atomic.Uint64
	}{
		{"httpd_requests_total", &t.requests}, {"httpd_refused_total", &t.refused},
		{"httpd_connections_total", &t.connections}, {"httpd_errors_total", &t.errors},
	} {
		if err := v.Count(c.name, c.count.Load); err != nil {
			return err
		}
	}
	return nil
}

// Write counts what the server would log: whoever sends what it complains of must not fill the
// console.
func (t *tally) Write(line []byte) (int, error) {
	t.errors.Add(1)
	return len(line), nil
}

// serve returns when it can serve no more. All that a client can make the server hold or wait for
// has a limit.
func (h *handler) serve(l *seats) error {
	server := http.Server{
		Handler: h, ErrorLog: log.New(&h.tally, "", 0),
		MaxHeaderBytes:    headerBytesMax,
		ReadHeaderTimeout: headerPatience, ReadTimeout: requestPatience,
		WriteTimeout: answerPatience, IdleTimeout: idlePatience,
		ConnContext: withSeat, ConnState: h.tally.watch,
	}
	if err := server.Serve(l); err != nil {
		return fmt.Errorf("httpd: %w", err)
	}
	return nil
}
