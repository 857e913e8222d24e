package coretest_test

import (
	"fmt"
	"io"
	"net/http"
	"testing"

	"skerry/coreos"
	"skerry/coreos/net"
	"skerry/coretest"
	"skerry/kernel"
	"skerry/kernel/sim"
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
	answer, err := client.Get("http://machine/")
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
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
