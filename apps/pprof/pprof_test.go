package pprof

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"skerry/kernel"
	"skerry/kernel/sim"
	"skerry/test/coretest"
)

// Each core answers at a port of its own, and tells of its goroutines.
func TestEachCoreHasAPort(t *testing.T) {
	const cores = 3
	m := coretest.Start(t, sim.Config{Cores: cores}, App())
	client := m.Client()
	for id := range kernel.CoreID(cores) {
		url := fmt.Sprintf("http://machine:%d/debug/pprof/goroutine?debug=1", 6060+int(id))
		answer, err := client.Get(url)
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(answer.Body)
		answer.Body.Close()
		if by := answer.Header.Get("Skerry-Core"); by != fmt.Sprint(int(id)) || err != nil ||
			!strings.Contains(string(text), "apps/pprof.run") {
			t.Errorf("%s, by core %q, error %v: want core %v's goroutines:\n%s", url, by, err, id,
				text)
		}
	}
	answer, err := client.Get("http://machine:6060/nothing")
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusNotFound {
		t.Errorf("%s: want 404", answer.Status)
	}
}
