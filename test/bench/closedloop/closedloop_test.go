package closedloop

import (
	"bufio"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// The throughput is back when it is back to stay, not when it flickers.
func TestRecovery(t *testing.T) {
	at := func(moments int) time.Duration { return time.Duration(moments) * Moment }
	steady := strings.Repeat("9 ", 20)
	for _, c := range []struct {
		name, answers string
		event         time.Duration
		want          time.Duration
		never         bool
	}{
		{"nothing happens", steady + steady, at(20), at(1), false},
		{"a gap", steady + "0 0 0 0 " + steady, at(20), at(4), false},
		{"a gap, event within a moment", steady + "4 0 0 0 " + steady, at(20) + Moment/2,
			at(4) - Moment/2, false},
		{"flickers", steady + "0 9 0 0 9 8 0 0 " + steady, at(20), at(8), false},
		{"never again", steady + "0 0 0 8 8 8 8 8 8 8 8 8", at(20), 0, true},
		{"event too late", steady, at(20), 0, true},
	} {
		line := Timeline{Each: Moment}
		for digit := range strings.FieldsSeq(c.answers) {
			line.Answers = append(line.Answers, uint64(digit[0]-'0'))
		}
		got, back := line.Recovery(c.event)
		if got != c.want || back == c.never {
			t.Errorf("%s: back after %v, %v: want %v, %v", c.name, got, back, c.want, !c.never)
		}
	}
}

// What a coarser timeline tells is what the finer one does, but for a last part of a moment.
func TestCoarser(t *testing.T) {
	fine := Timeline{Each: Moment, Answers: []uint64{1, 2, 3, 4, 5, 6, 7}, Failed: 8}
	c := fine.Coarser(3)
	if c.Each != 3*Moment || !slices.Equal(c.Answers, []uint64{6, 15}) || c.Failed != 8 {
		t.Errorf("%+v: want 6 and 15 answers in moments of %v, 8 failed", c, 3*Moment)
	}
	if got, want := c.Mean(0, 6*Moment), fine.Mean(0, 6*Moment); got != want {
		t.Errorf("%v a second: want %v", got, want)
	}
}

// The load goes on through failures, each of which is counted once.
func TestFailures(t *testing.T) {
	var asked, failed atomic.Uint64
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch asked.Add(1) % 10 {
		case 3:
			failed.Add(1)
			w.WriteHeader(http.StatusNotFound)
		case 6:
			failed.Add(1)
			panic(http.ErrAbortHandler)
		}
	}))
	defer s.Close()
	l := Start(s.Listener.Addr().String(), 4, Pages("/"))
	time.Sleep(10 * Moment)
	line := l.Stop()
	if line.Failed != failed.Load() || line.Failed == 0 {
		t.Errorf("%d failures counted: want the %d that were", line.Failed, failed.Load())
	}
	if rate := line.Mean(0, 10*Moment); rate <= 0 || rate > float64(asked.Load())*20 {
		t.Errorf("%v answers a second, of %d requests: want some", rate, asked.Load())
	}
}

// A store's answer is OK, or a failure.
func TestWrites(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	go func() {
		for c, err := l.Accept(); err == nil; c, err = l.Accept() {
			in := bufio.NewReader(c)
			for line := ""; err == nil && line != "xxx\r\n"; {
				line, err = in.ReadString('\n')
			}
			c.Write([]byte("-LOADING\r\n"))
			c.Close()
		}
	}()
	load := Start(l.Addr().String(), 1, Writes(10))
	time.Sleep(2 * Moment)
	if line := load.Stop(); line.Failed == 0 || mean(line.Answers) != 0 {
		t.Errorf("%+v: want failures only", line)
	}
	request := string(Writes(10).Request(12))
	if want := "*3\r\n$3\r\nSET\r\n$16\r\nkey:000000000002\r\n$3\r\nxxx\r\n"; request != want {
		t.Errorf("request %q: want %q", request, want)
	}
}
