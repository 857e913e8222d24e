package kv

import (
	"net"
	"strings"
	"testing"
	"time"

	"skerry/apps/kv/resp"
	"skerry/kernel"
)

// A spare takes clients only in place of the other core: from when that is dead until its shard is
// at home again. No key is lost.
func TestSpareStandsIn(t *testing.T) {
	m, address := startKV(t, 2, "-spares", "1")
	first := connect(t, address)
	first.do("SET", "greeting", "hello")
	await(t, first, "view=2") // the spare is the backup
	servedBy(t, address, "core:0")
	if _, err := m.Kill(kernel.CoreID(0)); err != nil {
		t.Fatal(err)
	}
	servedBy(t, address, "core:1")
	second := connect(t, address)
	if got := second.do("GET", "greeting"); got != "$5\r\nhello\r\n" {
		t.Errorf("the spare says %q: want hello", got)
	}
	for m.Start(kernel.CoreID(0)) != nil { // until it is reaped
		time.Sleep(time.Millisecond)
	}
	servedBy(t, address, "core:0")
	if got := second.do("GET", "greeting"); got != "$5\r\nhello\r\n" {
		t.Errorf("the spare says %q after that: want hello", got)
	}
}

// await waits until INFO tells something.
func await(t *testing.T, s *session, what string) {
	t.Helper()
	for end := time.Now().Add(patience); ; time.Sleep(time.Millisecond) {
		info := s.do("INFO")
		if strings.Contains(info, what) {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("INFO: %s: want %q", info, what)
		}
	}
}

// servedBy waits until many connections in a row are with one core.
func servedBy(t *testing.T, address, core string) {
	t.Helper()
	const enough = 30 // Linux's hash gives each of two cores one of them
	ask := resp.AppendCommand(nil, "INFO")
	for row, end := 0, time.Now().Add(patience); row < enough; {
		reply := make([]byte, 1<<12)
		if c, err := net.Dial("tcp", address); err == nil {
			c.Write(ask)
			n, _ := c.Read(reply)
			reply = reply[:n]
			c.Close()
		}
		if row++; !strings.Contains(string(reply), core+"\r\n") {
			row = 0
			time.Sleep(time.Millisecond)
		}
		if time.Now().After(end) {
			t.Fatalf("a connection has the reply %q: want all with %s", reply, core)
		}
	}
}

// Of all cores, at least one is no spare.
func TestNoCoreButSpares(t *testing.T) {
	cores := []kernel.CoreID{0, 1}
	for text, good := range map[string]bool{"0": true, "1": true, "2": false, "-1": false} {
		if _, err := parse([]string{"-spares", text}, cores); (err == nil) != good {
			t.Errorf("%s spares of 2 cores: error %v: want none: %t", text, err, good)
		}
	}
}
