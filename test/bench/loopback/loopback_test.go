package loopback

import (
	"bufio"
	"io"
	"net"
	"testing"
)

// What the source sends, the sink counts; it does not count other packets.
func TestCount(t *testing.T) {
	c, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	read, write := io.Pipe()
	ended := make(chan error, 1)
	go func() { ended <- count(c, write) }()
	lines := bufio.NewScanner(read)
	other, err := net.Dial("udp", c.LocalAddr().String())
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		for err == nil {
			_, err = other.Write([]byte("x"))
		}
	}()
	lines.Scan()
	if packets, in, ok := Parse(lines.Text()); !ok || packets != 0 || in < reportTime {
		t.Errorf("of short packets it says %q: want that none came", lines.Text())
	}
	other.Close()
	go source(linux{}, c.LocalAddr().String()) // until the test's process ends
	for range 2 {
		lines.Scan()
	}
	if packets, _, ok := Parse(lines.Text()); !ok || packets == 0 {
		t.Errorf("of good packets it says %q: want that some came", lines.Text())
	}
	read.Close()
	if err := <-ended; err == nil {
		t.Error("count returns nil when nobody reads: want an error")
	}
	c.Close()
}

// Lines of others are no reports, and arguments that make no sense are refused.
func TestParse(t *testing.T) {
	for _, line := range []string{"", "sink: ", "sink: 1 packets in 0 ns", "core 0: sink"} {
		if packets, in, ok := Parse(line); ok {
			t.Errorf("%q tells of %d packets in %v: want nothing", line, packets, in)
		}
	}
	for _, args := range [][]string{nil, {"sink"}, {"pipe", "127.0.0.1:9"}, {"sink", "nowhere"},
		{"source", "nowhere"}} {
		if Main(args) == nil {
			t.Errorf("arguments %q are taken: want an error", args)
		}
	}
}
