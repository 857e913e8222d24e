package httpd

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"skerry/coreos/vitals"
	"skerry/kernel"
)

// gathered is what the cores of a machine tell in tests.
func gathered(time.Duration) []vitals.Report {
	return []vitals.Report{
		{Core: 0, Life: 1, Uptime: time.Minute, Memory: 3 << 20, Heap: 1 << 20, Collections: 5,
			Stopped: time.Millisecond, Stops: [8]uint64{0, 2, 9, 10, 10, 10, 10, 10}, Messages: 77,
			Counters: []vitals.Counter{{Name: "b_total", Value: 1}, {Name: "a_total", Value: 2}}},
		{Core: 1, Life: 3, Counters: []vitals.Counter{{Name: "a_total", Value: 4}}},
		{Core: 2, Life: 2, State: vitals.Dead, Died: true,
			Death: kernel.Epitaph{Core: 2, Incarnation: 2, Reason: "panic: <b>"}},
	}
}

// start returns a handler and the address where it is served.
func start(t *testing.T) (*handler, string) {
	t.Helper()
	h, err := newHandler(0, gathered)
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go h.serve(newSeats(l, connectionsMax))
	return h, l.Addr().String()
}

// get returns what the handler answers to a request.
func get(t *testing.T, r *http.Request) *httptest.ResponseRecorder {
	t.Helper()
	h, err := newHandler(0, gathered)
	if err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// Files come whole with their type, and not again to who has them; what is not there is not found,
// and what is no question is refused.
func TestFiles(t *testing.T) {
	index, err := site.ReadFile("site/index.html")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		method, path string
		status       int
		kind, body   string
	}{
		{"GET", "/", 200, "text/html; charset=utf-8", string(index)},
		{"GET", "/index.html", 200, "text/html; charset=utf-8", string(index)},
		{"HEAD", "/style.css", 200, "text/css; charset=utf-8", ""},
		{"GET", "/site", 404, "text/plain; charset=utf-8", "no such page\n"},
		{"GET", "/../httpd.go", 404, "text/plain; charset=utf-8", "no such page\n"},
		{"POST", "/", 405, "text/plain; charset=utf-8", "want GET or HEAD\n"},
	} {
		w := get(t, httptest.NewRequest(c.method, c.path, nil))
		if w.Code != c.status || w.Header().Get("Content-Type") != c.kind ||
			w.Body.String() != c.body {
			t.Errorf("%s %s: %d %v, %d bytes: want %d, %s, %d bytes", c.method, c.path, w.Code,
				w.Header(), w.Body.Len(), c.status, c.kind, len(c.body))
		}
	}
	again := httptest.NewRequest("GET", "/", nil)
	again.Header.Set("If-None-Match", get(t, again).Header().Get("ETag"))
	if w := get(t, again); w.Code != http.StatusNotModified || w.Body.Len() > 0 {
		t.Errorf("asked again: %d, %d bytes: want 304 and none", w.Code, w.Body.Len())
	}
}

// The status page has a row for each core; what a dead one left is shown as text.
func TestStatus(t *testing.T) {
	page := get(t, httptest.NewRequest("GET", "/status", nil)).Body.String()
	for _, part := range []string{
		"3 cores, 2 of them running", "<td>1m0s<td>3.0 MiB<td>1.0 MiB<td>5<td>1ms<td>≤ 300µs<td>77",
		`<tr class="dead"><td>2<td>dead`, "panic: &lt;b&gt;", "b_total 1<br>a_total 2",
	} {
		if !strings.Contains(page, part) {
			t.Errorf("the page lacks %q:\n%s", part, page)
		}
	}
}

// Each line of the metrics is one of Prometheus's text format, the lines of a metric stand
// together, and a core that does not run has no more than that.
func TestMetrics(t *testing.T) {
	text := get(t, httptest.NewRequest("GET", "/metrics", nil)).Body.String()
	line := regexp.MustCompile(`^(# (HELP|TYPE) ([a-z_]+) .+|` +
		`([a-z_]+)\{core="\d",?(le="[^"]+")?\} [0-9.e+-]+)$`)
	ended, last := map[string]bool{}, ""
	for l := range strings.Lines(text) {
		match := line.FindStringSubmatch(strings.TrimSuffix(l, "\n"))
		if match == nil {
			t.Fatalf("line %q: want one of the text format", l)
		}
		name := match[3] + regexp.MustCompile(`_(bucket|sum|count)$`).ReplaceAllString(match[4], "")
		if name != last && ended[name] {
			t.Errorf("line %q: want it beside the others of %s", l, name)
		}
		ended[last], last = true, name
	}
	for _, want := range []string{
		`skerry_core_up{core="2"} 0`, `skerry_restarts_total{core="1"} 2`,
		`skerry_gc_stop_seconds_bucket{core="0",le="0.0001"} 9`,
		`skerry_gc_stop_seconds_bucket{core="0",le="+Inf"} 10`, `a_total{core="1"} 4`,
	} {
		if !strings.Contains(text, want+"\n") {
			t.Errorf("the metrics lack %s:\n%s", want, text)
		}
	}
	if strings.Contains(text, `skerry_heap_bytes{core="2"}`) {
		t.Errorf("the metrics tell of the heap of a dead core:\n%s", text)
	}
}

// exchange sends bytes on a connection and returns the first line of what comes back.
func exchange(t *testing.T, address, sent string) string {
	t.Helper()
	c, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	c.SetDeadline(time.Now().Add(time.Minute))
	go io.WriteString(c, sent)
	line, _ := bufio.NewReader(c).ReadString('\n')
	return line
}

// Requests that are garbage, or too long, are refused and counted, and the server goes on.
func TestBadRequests(t *testing.T) {
	h, address := start(t)
	long := strings.Repeat("x", 1<<20)
	bad := []struct{ sent, want string }{
		{"\x16\x03\x01\x00\xa5\x01\x00\x00\xa1\x03\x03\r\n\r\n", "400"},
		{"GET / HTTP/1.1\r\n\r\n", "400"}, // no host
		{"GET  /  HTTP/1.1\r\nHost: a\r\n\r\n", "400"},
		{"GET / HTTP/9.9\r\nHost: a\r\n\r\n", "505"},
		{"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n", "400"},
		{"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n", "400"},
		{"GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: x\r\n\r\n", "501"},
		{"GET /" + long + " HTTP/1.1\r\nHost: a\r\n\r\n", "431"},
		{"GET / HTTP/1.1\r\nHost: a\r\nA: " + long + "\r\n\r\n", "431"},
		{"GET / HTTP/1.1\r\nHost: a\r\n" + strings.Repeat("A: b\r\n", 1<<16) + "\r\n", "431"},
	}
	for _, c := range bad {
		if got := exchange(t, address, c.sent); !strings.HasPrefix(got, "HTTP/1.1 "+c.want) {
			t.Errorf("%.60q: %q: want %s", c.sent, got, c.want)
		}
	}
	const good = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
	if got := exchange(t, address, good); got != "HTTP/1.1 200 OK\r\n" {
		t.Errorf("afterwards: %q: want 200", got)
	}
	want := fmt.Sprintf("%d refused, 1 answered", len(bad))
	got := func() string {
		return fmt.Sprintf("%d refused, %d answered", h.tally.refused.Load(),
			h.tally.requests.Load())
	}
	for range 100 {
		if got() == want {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Errorf("%s: want %s", got(), want)
}

// Who connects while all seats are taken is answered when one is free.
func TestSeats(t *testing.T) {
	h, err := newHandler(0, gathered)
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	const few = 3
	go h.serve(newSeats(l, few))
	var held []net.Conn
	for range few {
		c, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		io.WriteString(c, "GET / HTTP/1.1\r\nHost: a\r\n\r\n")
		if _, err := c.Read(make([]byte, 1)); err != nil {
			t.Fatal(err)
		}
		held = append(held, c)
	}
	answered := make(chan string, 1)
	go func() {
		answered <- exchange(t, l.Addr().String(), "GET / HTTP/1.1\r\nHost: a\r\n\r\n")
	}()
	select {
	case line := <-answered:
		t.Errorf("%q though all seats are taken: want nothing yet", line)
	case <-time.After(100 * time.Millisecond):
	}
	held[0].Close()
	if line := <-answered; line != "HTTP/1.1 200 OK\r\n" {
		t.Errorf("%q when a seat is free: want 200", line)
	}
}
