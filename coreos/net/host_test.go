package net

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"skerry/coreos"
	"skerry/kernel"
	"skerry/kernel/hosted"
	"skerry/kernel/hosted/steer"
)

// patience is how long a test waits for what must come. No test asserts less.
const patience = 20 * time.Second

func TestMain(m *testing.M) {
	if hosted.Booted() {
		coreos.Main(coreos.App{Name: "name", Run: tellName})
		return
	}
	os.Exit(m.Run())
}

// servicePort is a port of the machine.
const servicePort = 80

// tellName answers each connection with the core's name.
func tellName(s *coreos.OS) error {
	n, err := Of(s)
	if err != nil {
		return err
	}
	l, err := n.Listen("tcp", fmt.Sprintf(":%d", servicePort))
	if err != nil {
		return err
	}
	for {
		c, err := l.Accept()
		if err != nil {
			return err
		}
		fmt.Fprint(c, s.Core().Boot().Core)
		c.Close()
	}
}

// A published port is served by several cores, with a program of ours that chooses among them where
// Linux allows it; when one dies the others go on.
func TestHostPortIsShared(t *testing.T) {
	const cores = 3
	port := freePort(t)
	allowed := new(sync.Once)
	m := startHosted(t, hosted.Config{
		Cores: cores, Args: []string{"name"},
		Ports: []hosted.Port{{Network: "tcp", Port: servicePort, Host: port}},
		Steer: func(cores int) (hosted.Steering, error) {
			s, err := steer.New(cores)
			if err != nil {
				allowed.Do(func() { t.Logf("not steered: %v", err) })
			}
			return s, err
		},
	})
	await(t, "answers by all cores", func() bool { return len(answers(port, 64)) == cores })
	victim := kernel.CoreID(1)
	if err := m.Stop(victim, "by the test"); err != nil {
		t.Fatal(err)
	}
	seen := answers(port, 64)
	if seen[victim.String()] > 0 || seen["error"] > 0 || len(seen) != cores-1 {
		t.Fatalf("after the death of %v: %v: want answers by the %d others alone",
			victim, seen, cores-1)
	}
}

// Where Linux does not let us choose, the launcher says so once, and ports are shared all the same.
func TestHostPortWithoutSteering(t *testing.T) {
	port, other := freePort(t), freePort(t)
	var said []string
	startHosted(t, hosted.Config{
		Cores: 2, Args: []string{"name"}, Warn: func(line string) { said = append(said, line) },
		Ports: []hosted.Port{
			{Network: "tcp", Port: servicePort, Host: port},
			{Network: "tcp", Port: servicePort + 1, Host: other},
		},
		Steer: func(int) (hosted.Steering, error) { return nil, errors.New("not allowed") },
	})
	await(t, "answers by all cores", func() bool { return len(answers(port, 64)) == 2 })
	refusals := slices.DeleteFunc(said,
		func(line string) bool { return !strings.Contains(line, "not allowed") })
	if len(refusals) != 1 {
		t.Fatalf("the launcher said %q: want once that nothing steers", refusals)
	}
}

// startHosted starts a machine of this test's binary.
func startHosted(t *testing.T, config hosted.Config) *hosted.Machine {
	t.Helper()
	var err error
	if config.Instance, err = os.Executable(); err != nil {
		t.Fatal(err)
	}
	m, err := hosted.New(config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(m.Close)
	for id := range config.Cores {
		if err := m.Start(kernel.CoreID(id)); err != nil {
			t.Fatal(err)
		}
	}
	return m
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

// answers makes connections, and counts what is answered.
func answers(port uint16, connections int) map[string]int {
	seen := map[string]int{}
	for range connections {
		name, err := ask(port)
		if err != nil {
			name = "error"
		}
		seen[name]++
	}
	return seen
}

func ask(port uint16) (string, error) {
	c, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", port))
	if err != nil {
		return "", err
	}
	defer c.Close()
	name, err := io.ReadAll(c)
	if len(name) == 0 {
		err = errors.Join(err, io.ErrUnexpectedEOF)
	}
	return string(name), err
}

func await(t testing.TB, what string, cond func() bool) {
	t.Helper()
	for end := time.Now().Add(patience); !cond(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("not in %v: %s", patience, what)
		}
	}
}
