package kv

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"skerry/apps/kv/resp"
	"skerry/coreos"
	"skerry/kernel"
	"skerry/kernel/hosted"
)

// patience is how long a test waits for what must come. No test asserts less.
const patience = 30 * time.Second

// TestMain makes the test's binary a core, or the tests.
func TestMain(m *testing.M) {
	if hosted.Booted() {
		coreos.Main(App())
		return
	}
	os.Exit(m.Run())
}

// startKV starts a machine that runs kv, and returns its address.
func startKV(t *testing.T, cores int, args ...string) (m *hosted.Machine, address string) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	port := freePort(t)
	m, err = hosted.New(hosted.Config{
		Cores: cores, Instance: self, Args: append([]string{"kv"}, args...), NoPin: true,
		Ports: []hosted.Port{{Network: "tcp", Port: portDefault, Host: port}},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(m.Close)
	for id := range cores {
		if err := m.Start(kernel.CoreID(id)); err != nil {
			t.Fatal(err)
		}
	}
	return m, fmt.Sprintf("127.0.0.1:%d", port)
}

// freePort returns a port of the host that nobody listens on.
func freePort(t *testing.T) uint16 {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return uint16(l.Addr().(*net.TCPAddr).Port)
}

// session is a connection to a server, ours or another.
type session struct {
	t *testing.T
	net.Conn
	in *bufio.Reader
}

// connect connects to a server that may be starting.
func connect(t *testing.T, address string) *session {
	t.Helper()
	for end := time.Now().Add(patience); ; time.Sleep(10 * time.Millisecond) {
		conn, err := net.Dial("tcp", address)
		if err == nil {
			t.Cleanup(func() { conn.Close() })
			conn.SetDeadline(time.Now().Add(4 * patience))
			return &session{t, conn, bufio.NewReader(conn)}
		}
		if time.Now().After(end) {
			t.Fatal(err)
		}
	}
}

// do sends a command and returns its reply as it is on the wire.
func (s *session) do(words ...string) string {
	s.t.Helper()
	s.send(resp.AppendCommand(nil, words...))
	return s.reply()
}

func (s *session) send(b []byte) {
	s.t.Helper()
	if _, err := s.Write(b); err != nil {
		s.t.Fatal(err)
	}
}

// reply returns the next reply.
func (s *session) reply() string {
	s.t.Helper()
	reply, err := readReply(s.in)
	if err != nil {
		s.t.Fatalf("%v after %q: want a reply", err, reply)
	}
	return string(reply)
}

// readReply reads a reply, with the replies in it.
func readReply(in *bufio.Reader) ([]byte, error) {
	text, err := in.ReadBytes('\n')
	if err != nil {
		return text, err
	}
	n, _ := strconv.Atoi(string(text[1 : len(text)-2]))
	switch text[0] {
	case '$':
		if n >= 0 {
			text = append(text, make([]byte, n+2)...)
			_, err = io.ReadFull(in, text[len(text)-n-2:])
		}
	case '*':
		for range n {
			element, err := readReply(in)
			if text = append(text, element...); err != nil {
				return text, err
			}
		}
	}
	return text, err
}

// words returns the bulk strings of a reply that is an array, sorted.
func words(t *testing.T, reply string) []string {
	t.Helper()
	parts, _, err := resp.Split([]byte(reply), nil)
	if err != nil {
		t.Fatalf("reply %q: want an array of bulk strings", reply)
	}
	var list []string
	for _, p := range parts {
		list = append(list, string(p))
	}
	slices.Sort(list)
	return list
}
