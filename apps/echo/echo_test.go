package echo

import (
	"bytes"
	"crypto/rand"
	"errors"
	"io"
	"net"
	"testing"
	"time"
)

// Whatever is sent over TCP comes back, on several connections at once, until they are ended.
func TestStreams(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	failed := make(chan error)
	go func() { failed <- serveStreams(l) }()
	sent := make([]byte, 100<<10)
	rand.Read(sent)
	for range 3 {
		c, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		go func() {
			c.Write(sent)
			c.(*net.TCPConn).CloseWrite()
		}()
		if back, err := io.ReadAll(c); err != nil || !bytes.Equal(back, sent) {
			t.Errorf("%d bytes come back, error %v: want the %d that were sent", len(back), err,
				len(sent))
		}
	}
	l.Close()
	if err := <-failed; !errors.Is(err, net.ErrClosed) {
		t.Errorf("error %v: want ErrClosed", err)
	}
}

// More connections than echo answers at once wait for others to end, and are then answered.
func TestStreamsWait(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	go serveStreams(l)
	var held []net.Conn
	for range connectionsMax {
		c, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		held = append(held, c)
	}
	one, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer one.Close()
	one.Write([]byte("x"))
	one.SetReadDeadline(time.Now().Add(100 * time.Millisecond))
	if n, err := one.Read(make([]byte, 1)); err == nil {
		t.Errorf("%d bytes though %d connections are held: want none", n, connectionsMax)
	}
	held[0].Close()
	one.SetReadDeadline(time.Time{})
	if _, err := one.Read(make([]byte, 1)); err != nil {
		t.Errorf("after another has ended: %v: want an answer", err)
	}
}

// Each packet comes back as it is, be it empty or long.
func TestPackets(t *testing.T) {
	packets, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	failed := make(chan error)
	go func() { failed <- servePackets(packets) }()
	c, err := net.Dial("udp", packets.LocalAddr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	back := make([]byte, packetBytesMax)
	for _, size := range []int{1, 0, 1472, 60000} {
		sent := make([]byte, size)
		rand.Read(sent)
		if _, err := c.Write(sent); err != nil {
			t.Fatal(err)
		}
		if n, err := c.Read(back); err != nil || !bytes.Equal(back[:n], sent) {
			t.Errorf("%d bytes come back, error %v: want the %d that were sent", n, err, size)
		}
	}
	packets.Close()
	if err := <-failed; !errors.Is(err, net.ErrClosed) {
		t.Errorf("error %v: want ErrClosed", err)
	}
}
