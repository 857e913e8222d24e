package net

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"testing"
	"time"

	"gvisor.dev/gvisor/pkg/tcpip/adapters/gonet"
	"gvisor.dev/gvisor/pkg/tcpip/transport/tcp"
)

// Deadlines of a connection hold for who waits already and for who comes later, until there are
// others; and what has come by then is read.
func TestDeadlines(t *testing.T) {
	outside, c := accepted(t)
	b, past := make([]byte, 64<<10), time.Now().Add(-time.Second)
	read := func() error {
		_, err := c.Read(b)
		return err
	}
	failed := make(chan error)
	go func() { failed <- read() }()
	time.Sleep(10 * time.Millisecond) // most often, it waits by then
	c.SetReadDeadline(past)
	tooLate(t, "a read that waited", <-failed)
	tooLate(t, "a read after the deadline", read())

	c.SetReadDeadline(time.Now().Add(20 * time.Millisecond))
	tooLate(t, "a read that waits for the deadline", read())

	c.SetReadDeadline(time.Now().Add(20 * time.Millisecond))
	c.SetDeadline(time.Now().Add(time.Hour))
	go func() { failed <- read() }()
	time.Sleep(40 * time.Millisecond) // when the first deadline would have passed
	if _, err := outside.Write([]byte("x")); err != nil {
		t.Fatal(err)
	}
	if err := <-failed; err != nil {
		t.Errorf("a read whose deadline was put off: %v: want what came", err)
	}

	var err error
	c.SetWriteDeadline(time.Now().Add(100 * time.Millisecond))
	for err == nil { // until all buffers are full
		_, err = c.Write(b)
	}
	tooLate(t, "a write that nobody reads", err)
}

// Who reads gets what came, and then the end, no matter how much of both was there when it looked.
// To take the one for the other is found.
func TestEndIsRead(t *testing.T) {
	for _, planted := range []bool{false, true} {
		outside, inside := accepted(t)
		c, b := inside.(*conn), make([]byte, 9)
		go outside.Write([]byte("y"))
		if n, err := c.Read(b); n != 1 || err != nil { // most often, it waits
			t.Fatalf("%d bytes read, error %v: want one", n, err)
		}
		if _, err := outside.Write([]byte("x")); err != nil {
			t.Fatal(err)
		}
		if err := outside.(*gonet.TCPConn).CloseWrite(); err != nil {
			t.Fatal(err)
		}
		await(t, "the end", func() bool {
			return tcp.EndpointState(c.endpoint.State()) == tcp.StateCloseWait
		})
		if planted {
			c.read.empty = c.read.told.Load() - 1
		}
		if n, err := c.Read(b); n != 1 || err != nil {
			t.Fatalf("%d bytes read, error %v: want one", n, err)
		}
		c.SetReadDeadline(time.Now().Add(time.Second))
		if _, err := c.Read(b); (err == io.EOF) == planted {
			t.Errorf("error %v, planted %v: want the end, if not", err, planted)
		}
	}
}

func tooLate(t *testing.T, what string, err error) {
	t.Helper()
	var network net.Error
	if !errors.Is(err, os.ErrDeadlineExceeded) || !errors.As(err, &network) || !network.Timeout() {
		t.Errorf("%s: error %v: want that the deadline has passed", what, err)
	}
}

// accepted returns the two ends of a connection.
func accepted(t *testing.T) (outside, inside net.Conn) {
	r := newRig(t, 1, static(), 0)
	l, err := r.lives[0].net.Listen("tcp", ":80")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if outside, err = r.wire.dial(ctx, machineIP, 80); err == nil {
		inside, err = l.Accept()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		outside.Close()
		inside.Close()
	})
	return outside, inside
}
