package echo

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"skerry/kernel"
	"skerry/kernel/sim"
	"skerry/test/coretest"
)

const (
	cores       = 3
	connections = 150 // so many that each core has some: that with the card has one of twelve
)

// answerPatience is how long a test waits for an answer.
const answerPatience = 30 * time.Second

// On several cores, connections whose core dies are reset, all others go on, and whoever comes then
// is answered, over TCP and UDP; whichever core it is, also that with the network card.
func TestCoreDies(t *testing.T) {
	m := coretest.Start(t, sim.Config{Cores: cores, Args: []string{"echo", "-port", "17"}}, App())
	for victim := range kernel.CoreID(cores) {
		await(m)
		var held []net.Conn
		for range connections {
			c := dial(t, m, "tcp")
			if err := echoed(c, 10, answerPatience); err != nil {
				t.Fatal(err)
			}
			held = append(held, c)
		}
		if err := m.Kill(victim); err != nil {
			t.Fatal(err)
		}
		ended := 0
		for _, c := range held {
			err := echoed(c, 2000, answerPatience)
			if err != nil && !strings.Contains(err.Error(), "reset") {
				t.Errorf("when %v is dead: %v: want an answer or a reset", victim, err)
			}
			if err != nil {
				ended++
			}
		}
		if ended == 0 || ended == connections {
			t.Errorf("%d of %d connections end with one of %d cores", ended, connections, cores)
		}
		await(m)
		for _, network := range []string{"tcp", "tcp6"} {
			if err := echoed(dial(t, m, network), 1000, answerPatience); err != nil {
				t.Errorf("%s, when %v is dead: %v", network, victim, err)
			}
		}
		if err := m.Start(victim); err != nil {
			t.Fatal(err)
		}
	}
	await(m)
	for _, network := range []string{"udp", "udp6"} {
		c, tries := dial(t, m, network), 100 // packets may get lost
		for tries > 0 && echoed(c, 1000, answerPatience/100) != nil {
			tries--
		}
		if tries == 0 {
			t.Errorf("%s: no packet comes back", network)
		}
	}
}

func await(m *coretest.Machine) {
	m.Await("tcp", 17)
	m.Await("udp", 17)
}

// dial returns a connection that ends with the test.
func dial(t *testing.T, m *coretest.Machine, network string) net.Conn {
	t.Helper()
	c, err := m.Dial(network, ":17")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

// echoed sends bytes and returns an error unless they come back.
func echoed(c net.Conn, size int, patience time.Duration) error {
	sent, back := make([]byte, size), make([]byte, size)
	rand.Read(sent)
	c.SetDeadline(time.Now().Add(patience))
	if _, err := c.Write(sent); err != nil {
		return err
	}
	if _, err := io.ReadFull(c, back); err != nil {
		return err
	}
	if !bytes.Equal(back, sent) {
		return fmt.Errorf("%d bytes come back changed", size)
	}
	return nil
}
