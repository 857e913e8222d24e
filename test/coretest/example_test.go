package coretest_test

import (
	"io"
	"net/http"
	"testing"

	"skerry/coreos"
	"skerry/coreos/net"
	"skerry/kernel/sim"
	"skerry/test/coretest"
)

// A service, and the test that it goes on when a core dies.
func ExampleStart() {
	service := coreos.App{Name: "hello", Run: func(s *coreos.OS) error {
		n, err := net.Of(s)
		if err != nil {
			return err
		}
		l, err := n.Listen("tcp", ":80")
		if err != nil {
			return err
		}
		return http.Serve(l, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			io.WriteString(w, "hello")
		}))
	}}
	testService := func(t *testing.T) {
		m := coretest.Start(t, sim.Config{Cores: 4}, service)
		m.Await("tcp", 80)
		if err := m.Kill(2); err != nil {
			t.Fatal(err)
		}
		m.Await("tcp", 80)
		answer, err := m.Client().Get("http://machine/")
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		if text, err := io.ReadAll(answer.Body); string(text) != "hello" || err != nil {
			t.Errorf("%q, error %v: want hello", text, err)
		}
	}
	_ = testService // in a file of tests: func TestService(t *testing.T)
}
