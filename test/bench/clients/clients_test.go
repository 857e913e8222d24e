package clients

import "testing"

const wrkText = `Running 2s test @ http://127.0.0.1:8080/
  2 threads and 64 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency     1.02ms    1.10ms  20.31ms   89.28%
    Req/Sec    38.95k     2.94k   45.62k    70.00%
  155184 requests in 2.00s, 637.10MB read
Requests/sec:  77437.68
Transfer/sec:    317.91MB
`

const wrkErrors = `  1234 requests in 2.00s, 5.10MB read
  Socket errors: connect 1, read 20, write 300, timeout 4000
  Non-2xx or 3xx responses: 50000
Requests/sec:    617.00
`

// What wrk prints is read: the rate, and failures of each kind.
func TestParseWrk(t *testing.T) {
	for text, want := range map[string]WrkResult{wrkText: {77437.68, 0}, wrkErrors: {617, 54321}} {
		if got, err := parseWrk(text); err != nil || got != want {
			t.Errorf("%+v, error %v: want %+v", got, err, want)
		}
	}
	for _, text := range []string{"", "unable to connect to 127.0.0.1:1", "Requests/sec: x"} {
		if got, err := parseWrk(text); err == nil {
			t.Errorf("%q is a result of %+v: want an error", text, got)
		}
	}
}

const redisText = `WARNING: Could not fetch server CONFIG
"test","rps","avg_latency_ms","min_latency_ms","p50_latency_ms"
"SET","365630.72","1.995","0.376","1.575"
"GET","500.00","0.679","0.184","0.559"
`

// What redis-benchmark prints is read: the rate of the test that was asked for.
func TestParseRedis(t *testing.T) {
	for test, want := range map[string]float64{"set": 365630.72, "GET": 500} {
		if got, err := parseRedis(redisText, test); err != nil || got != want {
			t.Errorf("%s: %v, error %v: want %v", test, got, err, want)
		}
	}
	for _, text := range []string{"", "\"test\",\"rps\"\n\"INCR\",\"1\"\n",
		"\"test\",\"rps\"\n\"SET\",\"x\"\n", "\"test\",\"rps\"\n\"SET\n"} {
		if got, err := parseRedis(text, "set"); err == nil {
			t.Errorf("%q is a rate of %v: want an error", text, got)
		}
	}
}

// A client that fails, or does not end, is an error.
func TestRun(t *testing.T) {
	if text, err := run(timeMax, "false"); err == nil {
		t.Errorf("a failing client said %q: want an error", text)
	}
	if text, err := run(1, "sleep", "60"); err == nil {
		t.Errorf("a client without time said %q: want an error", text)
	}
}
