package openloop

import (
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// TestMain lets this program be the client process.
func TestMain(m *testing.M) {
	if len(os.Args) == 2 && os.Args[1] == "client" {
		if err := Main(os.Stdin, os.Stdout); err != nil {
			os.Stderr.WriteString(err.Error())
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

func serve(t *testing.T, handler http.HandlerFunc) netip.AddrPort {
	t.Helper()
	s := httptest.NewServer(handler)
	t.Cleanup(s.Close)
	return netip.MustParseAddrPort(s.Listener.Addr().String())
}

func plan(to netip.AddrPort) Plan {
	return Plan{Address: to, Path: "/", Rate: 500, Connections: 4, Time: 400 * time.Millisecond}
}

// Each request is sent and answered once, be the page empty or longer than a buffer.
func TestAnswers(t *testing.T) {
	for _, size := range []int{0, 1, 4100, 100_000} {
		var asked atomic.Int64
		p := plan(serve(t, func(w http.ResponseWriter, r *http.Request) {
			asked.Add(1)
			page := strings.NewReader(strings.Repeat("x", size))
			http.ServeContent(w, r, "page", time.Time{}, page)
		}))
		p.Warm = 100 * time.Millisecond
		r, err := p.Run()
		if err != nil {
			t.Fatal(err)
		}
		if r.Latency.Count() != 200 || r.Failed != 0 || asked.Load() != 250 {
			t.Errorf("%d bytes: %d answers counted, %d failed, %d asked: want 200, 0 and 250", size,
				r.Latency.Count(), r.Failed, asked.Load())
		}
	}
}

// A server that stands still is charged with every request that was due meanwhile: a client that
// counts from the time of sending would see as many slow answers as it has connections.
func TestStandstill(t *testing.T) {
	const still = 200 * time.Millisecond
	start := time.Now()
	p := plan(serve(t, func(http.ResponseWriter, *http.Request) {
		if since := time.Since(start); since > 100*time.Millisecond {
			time.Sleep(100*time.Millisecond + still - since)
		}
	}))
	r, err := p.Run()
	if err != nil {
		t.Fatal(err)
	}
	// Of 200 requests in 400 ms, 100 were due in the 200 ms, at 0 to 200 ms from their end.
	if got := r.Latency.Quantile(0.75); got < still/4 {
		t.Errorf("a quarter of the latencies is over %v: want %v or more", got, still/4)
	}
}

// Wrong answers, and connections that end, are failures; the run goes on.
func TestFailures(t *testing.T) {
	var asked atomic.Int64
	p := plan(serve(t, func(w http.ResponseWriter, _ *http.Request) {
		switch asked.Add(1) % 4 {
		case 0:
			w.WriteHeader(http.StatusInternalServerError)
		case 1:
			panic(http.ErrAbortHandler)
		}
	}))
	r, err := p.Run()
	if err != nil {
		t.Fatal(err)
	}
	if r.Latency.Count() != 200 || r.Failed < 50 || r.Failed > 150 {
		t.Errorf("%d requests, %d failed: want 200, about half failed", r.Latency.Count(), r.Failed)
	}
}

// A server that never answers fails each request, but does not hold the client up.
func TestSilence(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	p := plan(netip.MustParseAddrPort(l.Addr().String()))
	r, err := p.Run()
	if err != nil {
		t.Fatal(err)
	}
	if r.Failed != 200 || r.Latency.Count() != 200 || r.Latency.Quantile(0) < patience {
		t.Errorf("%d of %d failed, the first after %v: want all 200, after %v", r.Failed,
			r.Latency.Count(), r.Latency.Quantile(0), patience)
	}
}

// The client process tells what Run does, and its errors.
func TestCommand(t *testing.T) {
	p := plan(serve(t, func(http.ResponseWriter, *http.Request) {}))
	s, err := p.Command(exec.Command(os.Args[0], "client"), 0)
	if err != nil && !errors.Is(err, ErrNoPriority) {
		t.Fatal(err)
	}
	ascending := 0 < s.Median && s.Median <= s.P99 && s.P99 <= s.P999 && s.P999 <= s.Longest
	if s.Answers != 200 || s.Failed != 0 || !ascending {
		t.Errorf("summary %+v: want 200 answers in ascending times", s)
	}
	p.Rate = 0
	if _, err := p.Command(exec.Command(os.Args[0], "client"), 0); err == nil ||
		!strings.Contains(err.Error(), "0 requests a second") {
		t.Errorf("error %v: want the one of the client", err)
	}
}
