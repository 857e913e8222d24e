package serve

import (
	"bytes"
	"crypto/rand"
	"io"
	"net"
	"testing"
	"time"
)

// The app in a folder is run as its machine.toml says, and what is sent to it over TCP and UDP
// comes back, on hosted and on bare.
func TestEcho(t *testing.T) {
	for _, flags := range [][]string{nil, {"--on", "bare", "--accel", "tcg"}} {
		m := Run(t, skerry, append(flags, "./apps/echo")...)
		streams := m.Expect(`^skerry: echo: (127\.0\.0\.1:\d+)$`)[1]
		packets := m.Expect(`^skerry: echo: (127\.0\.0\.1:\d+) \(UDP\)$`)[1]
		m.await("a packet comes back", func() bool { return exchange(t, packets) })
		m.await("a stream comes back", func() bool { return stream(t, streams) })
	}
}

// exchange sends a packet and tells whether it comes back.
func exchange(t *testing.T, address string) bool {
	c, err := net.Dial("udp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	sent, back := []byte(rand.Text()), make([]byte, 1<<10)
	c.Write(sent)
	c.SetReadDeadline(time.Now().Add(time.Second))
	n, _ := c.Read(back)
	return bytes.Equal(back[:n], sent)
}

// stream sends more than fits a few packets, ends, and tells whether it comes back.
func stream(t *testing.T, address string) bool {
	c, err := net.Dial("tcp", address)
	if err != nil {
		return false
	}
	defer c.Close()
	sent := make([]byte, 200<<10)
	rand.Read(sent)
	go func() {
		c.Write(sent)
		c.(*net.TCPConn).CloseWrite()
	}()
	c.SetReadDeadline(time.Now().Add(patience))
	back, err := io.ReadAll(c)
	return err == nil && bytes.Equal(back, sent)
}
