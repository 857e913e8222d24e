package httpd

import (
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"skerry/kernel"
	"skerry/kernel/sim"
	"skerry/test/coretest"
)

// patience is how long a test waits for a page.
const patience = 30 * time.Second

// Every core answers for the whole machine, and its status page shows how all of them are: when one
// is dead, whichever it is, and when that runs again.
func TestCoreDies(t *testing.T) {
	const cores = 3
	m := coretest.Start(t, sim.Config{Cores: cores}, App())
	for victim := range kernel.CoreID(cores) {
		m.Await("tcp", 80)
		askEach(t, m, fmt.Sprintf("%d cores, %d of them running", cores, cores))
		if err := m.Kill(victim); err != nil {
			t.Fatal(err)
		}
		m.Await("tcp", 80)
		askEach(t, m, fmt.Sprintf("%d cores, %d of them running", cores, cores-1),
			fmt.Sprintf(`<tr class="dead"><td>%d<td>dead`, victim), "killed: by the script")
		if err := m.Start(victim); err != nil {
			t.Fatal(err)
		}
	}
}

// askEach asks until each core that runs has answered with a status page that has all parts.
func askEach(t *testing.T, m *coretest.Machine, parts ...string) {
	t.Helper()
	missing := map[string]bool{}
	for _, id := range m.Running() {
		missing[fmt.Sprintf("Asked by %v.", id)] = true
	}
	for end := time.Now().Add(patience); len(missing) > 0; {
		page := ask(t, m, "/status")
		lacks := func(part string) bool { return !strings.Contains(page, part) }
		if !slices.ContainsFunc(parts, lacks) {
			maps.DeleteFunc(missing, func(by string, _ bool) bool { return !lacks(by) })
		}
		if time.Now().After(end) {
			t.Fatalf("want %q on each page, and one with each of %v; the last:\n%s", parts,
				missing, page)
		}
		if index := ask(t, m, "/"); !strings.Contains(index, "Skerry") {
			t.Fatalf("the index is %q: want the site's", index)
		}
	}
}

// ask returns a page, by a connection of its own.
func ask(t *testing.T, m *coretest.Machine, path string) string {
	t.Helper()
	client := m.Client()
	defer client.CloseIdleConnections()
	answer, err := client.Get("http://machine" + path)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s, error %v: want it whole", path, answer.Status, err)
	}
	return string(text)
}
