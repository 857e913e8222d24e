package coretest_test

import (
	"fmt"
	"io"
	"net/http"
	"testing"
	"time"

	"skerry/coreos"
	"skerry/coreos/net"
	"skerry/kernel"
	"skerry/kernel/sim"
	"skerry/test/coretest"
)

// service returns an app that answers each request with the name of its core.
func service() coreos.App {
	return coreos.App{Name: "service", Run: func(s *coreos.OS) error {
		n, err := net.Of(s)
		if err != nil {
			return err
		}
		l, err := n.Listen("tcp", ":80")
		if err != nil {
			return err
		}
		return http.Serve(l, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			fmt.Fprint(w, s.Core().Boot().Core)
		}))
	}}
}

// ask returns which core answers a request on a connection of its own.
func ask(t *testing.T, m *coretest.Machine) string {
	t.Helper()
	client := m.Client()
	defer client.CloseIdleConnections()
	text, err := get(client)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func get(client *http.Client) (string, error) {
	answer, err := client.Get("http://machine/")
	if err != nil {
		return "", err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	return string(text), err
}

// A service answers from all cores, when some are dead from the others, and from those that live
// again.
func TestService(t *testing.T) {
	const cores = 3
	m := coretest.Start(t, sim.Config{Cores: cores}, service())
	m.Await("tcp", 80)
	for seen := map[string]bool{}; len(seen) < cores; {
		seen[ask(t, m)] = true
	}
	for victim := range kernel.CoreID(cores) {
		if err := m.Kill(victim); err != nil {
			t.Fatal(err)
		}
		m.Await("tcp", 80)
		for range 10 {
			if by := ask(t, m); by == victim.String() {
				t.Errorf("%v answers: want it dead", by)
			}
		}
		if err := m.Start(victim); err != nil {
			t.Fatal(err)
		}
		m.Await("tcp", 80)
		for by := ""; by != victim.String(); by = ask(t, m) {
		}
	}
}

// A service that asks others finds the test at the other end of the cable.
func TestServiceAsks(t *testing.T) {
	answers := make(chan string)
	m := coretest.Start(t, sim.Config{Cores: 2}, coreos.App{Name: "asks", Run: asks(answers)})
	l, err := m.Listen(":5432")
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		for c, err := l.Accept(); err == nil; c, err = l.Accept() {
			fmt.Fprint(c, "from outside")
			c.Close()
		}
	}()
	for range m.Cores() {
		if got := <-answers; got != "from outside" {
			t.Errorf("%s: want what the test says", got)
		}
	}
	l.Close()
}

// asks returns an app that asks the neighbour until there is an answer.
func asks(answers chan<- string) func(*coreos.OS) error {
	return func(s *coreos.OS) error {
		n, err := net.Of(s)
		if err != nil {
			return err
		}
		for {
			c, err := n.Dial("tcp", coretest.NeighbourIP+":5432")
			if err != nil {
				continue
			}
			text, _ := io.ReadAll(c)
			answers <- string(text)
			return nil
		}
	}
}

// A service goes on though the seed kills cores again and again, loses kicks and is late with
// others: a client that asks again is answered, by each core in the end.
func TestSeedKillsCores(t *testing.T) {
	const cores = 4
	sim.Seeds(t, 2, func(t *testing.T, seed uint64) {
		m := coretest.Start(t, sim.Config{Cores: cores, Seed: seed, Faults: sim.Faults{
			DeathEvery: 100 * time.Millisecond, DeadFor: 20 * time.Millisecond,
			KickLost: 0.1, KickLate: 0.1, Jitter: time.Millisecond,
		}}, service())
		client := m.Client()
		client.Timeout = 300 * time.Millisecond
		deaths := 0
		for seen := map[string]bool{}; len(seen) < cores || deaths < 5; {
			if text, err := get(client); err == nil {
				seen[text] = true
			}
			client.CloseIdleConnections()
			deaths = 0
			for id := range kernel.CoreID(cores) {
				e, _ := m.Epitaph(id)
				deaths += int(e.Incarnation)
			}
		}
	})
}
