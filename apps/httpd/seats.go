package httpd

import (
	"context"
	"net"
	"net/http"
	"sync"
)

// seats is a listener that has so many connections at once, and takes the next when one has ended.
type seats struct {
	net.Listener
	free chan struct{}
}

func newSeats(l net.Listener, count int) *seats {
	return &seats{l, make(chan struct{}, count)}
}

// Accept implements net.Listener.
func (s *seats) Accept() (net.Conn, error) {
	s.free <- struct{}{}
	c, err := s.Listener.Accept()
	if err != nil {
		<-s.free
		return nil, err
	}
	return &seat{Conn: c, leave: sync.OnceFunc(func() { <-s.free })}, nil
}

// seat is a connection.
type seat struct {
	net.Conn
	leave   func()
	begun   bool // something of a request has come
	handled bool // which has reached the handler
}

// Close implements net.Conn.
func (s *seat) Close() error {
	defer s.leave()
	return s.Conn.Close()
}

// seatKey is under which a request's context has its connection.
type seatKey struct{}

func withSeat(ctx context.Context, c net.Conn) context.Context {
	return context.WithValue(ctx, seatKey{}, c)
}

// handle notes that a request has reached the handler.
func handle(r *http.Request) {
	if s, ok := r.Context().Value(seatKey{}).(*seat); ok {
		s.handled = true
	}
}

// watch counts connections, and requests that ended before they reached the handler. The server
// calls it from the goroutine of the connection.
func (t *tally) watch(c net.Conn, state http.ConnState) {
	s, ok := c.(*seat)
	switch {
	case !ok:
	case state == http.StateNew:
		t.connections.Add(1)
	case state == http.StateActive:
		s.begun, s.handled = true, false
	case state == http.StateIdle:
		s.begun = false
	case state == http.StateClosed && s.begun && !s.handled:
		t.refused.Add(1)
	}
}
