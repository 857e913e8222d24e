package kv

import (
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"testing"
	"time"

	"skerry/apps/kv/resp"
	"skerry/apps/kv/store"
)

// counter returns what INFO says of something, added up over the cores that connections come to.
func counter(t *testing.T, address, name string) (sum int) {
	t.Helper()
	seen := map[string]int{}
	for range 20 {
		core := ""
		for line := range strings.Lines(connect(t, address).do("INFO")) {
			key, value, _ := strings.Cut(strings.TrimSpace(line), ":")
			switch key {
			case "core":
				core = value
			case name:
				seen[core], _ = strconv.Atoi(value)
			}
		}
	}
	for _, n := range seen {
		sum += n
	}
	return sum
}

// Keys of all shards come back in the order in which they were asked for, and SCAN, KEYS and DBSIZE
// see them all, from any core.
func TestAllShards(t *testing.T) {
	_, address := startKV(t, 3)
	const keys = 500
	set, get, want := []string{"MSET"}, []string{"MGET"}, []byte(nil)
	for i := range keys {
		set = append(set, fmt.Sprint("key", i), fmt.Sprint("value", i))
		get = append(get, fmt.Sprint("key", i), "none")
		want = resp.AppendNull(resp.AppendBulk(want, fmt.Sprint("value", i)))
	}
	if got := connect(t, address).do(set...); got != "+OK\r\n" {
		t.Fatalf("MSET: %q: want OK", got)
	}
	for range 4 {
		s := connect(t, address)
		if got := s.do(get...); got != fmt.Sprintf("*%d\r\n%s", 2*keys, want) {
			t.Errorf("MGET: %.200q: want the values in order", got)
		}
		if got := s.do("DBSIZE"); got != fmt.Sprintf(":%d\r\n", keys) {
			t.Errorf("DBSIZE: %q: want %d", got, keys)
		}
		if got := len(words(t, s.do("KEYS", "key*"))); got != keys {
			t.Errorf("KEYS: %d: want %d", got, keys)
		}
		if got := len(scanAll(t, s)); got != keys {
			t.Errorf("SCAN: %d different keys: want %d", got, keys)
		}
		if got := s.do("RANDOMKEY"); !strings.Contains(got, "\nkey") {
			t.Errorf("RANDOMKEY: %q: want a key", got)
		}
	}
	s := connect(t, address)
	if got := s.do("DEL", "key1", "key2", "key3", "none"); got != ":3\r\n" {
		t.Errorf("DEL: %q: want 3", got)
	}
	if got := s.do("EXISTS", "key1", "key4", "key5", "key4"); got != ":3\r\n" {
		t.Errorf("EXISTS: %q: want 3", got)
	}
	if s.do("FLUSHALL"); s.do("DBSIZE") != ":0\r\n" {
		t.Error("keys after FLUSHALL: want none")
	}
}

// scanAll returns the keys that SCAN returns.
func scanAll(t *testing.T, s *session) map[string]bool {
	t.Helper()
	seen := map[string]bool{}
	for cursor, first := "0", true; first || cursor != "0"; first = false {
		reply := []byte(s.do("SCAN", cursor, "COUNT", "50"))
		_, rest, _ := resp.CutHeader(reply)
		bulk, rest := resp.CutBulk(rest)
		_, text, _ := resp.CutHeader(bulk)
		cursor = strings.TrimSpace(string(text))
		for _, w := range words(t, string(rest)) {
			seen[w] = true
		}
	}
	return seen
}

// A store that is full says so in Redis's words, and so does a core of a command that is longer
// than the store; nothing is lost, and the connection goes on.
func TestFullStore(t *testing.T) {
	_, address := startKV(t, 2, "-maxmemory", "1mb")
	s := connect(t, address)
	oom := "-" + store.OutOfMemory + "\r\n"
	kept := map[string]bool{}
	for i := range 200 {
		key := fmt.Sprint("key", i)
		switch got := s.do("SET", key, strings.Repeat("x", 20_000)); got {
		case "+OK\r\n":
			kept[key] = true
		case oom:
		default:
			t.Fatalf("SET: %q: want OK or %q", got, oom)
		}
	}
	if len(kept) < 50 || len(kept) > 110 {
		t.Errorf("%d of 200 keys fit: want about 100", len(kept))
	}
	for _, long := range [][]string{
		{"SET", "long", strings.Repeat("x", 3<<20)}, {"SETRANGE", "long", "500000000", "x"},
		strings.Split("MGET"+strings.Repeat(" x", 100_000), " "),
	} {
		if got := s.do(long...); got != oom {
			t.Errorf("%s: %.100q: want %q", long[0], got, oom)
		}
	}
	for key := range kept {
		if got := s.do("STRLEN", key); got != ":20000\r\n" {
			t.Errorf("STRLEN %s: %q: want 20000", key, got)
		}
	}
	if n := counter(t, address, "commands_too_long"); n != 2 {
		t.Errorf("%d commands counted as too long: want 2", n)
	}
}

// Too many clients are refused in Redis's words and counted, and one that leaves makes room.
func TestTooManyClients(t *testing.T) {
	_, address := startKV(t, 1, "-maxclients", "3")
	var all []*session
	for range 3 {
		s := connect(t, address)
		s.do("PING")
		all = append(all, s)
	}
	text, err := io.ReadAll(connect(t, address))
	if want := "-" + tooManyClients + "\r\n"; string(text) != want {
		t.Errorf("%q, %v: want %q", text, err, want)
	}
	all[0].Close()
	for end := time.Now().Add(patience); ; {
		c, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		c.Write([]byte("PING\r\n"))
		reply := make([]byte, 7)
		io.ReadFull(c, reply)
		c.Close()
		if string(reply) == "+PONG\r\n" {
			break
		}
		if time.Now().After(end) {
			t.Fatal("no room for another client though one has left")
		}
	}
	if got := all[1].do("INFO"); !strings.Contains(got, "\r\nrejected_connections:") ||
		strings.Contains(got, "\r\nrejected_connections:0\r\n") {
		t.Errorf("INFO: %s: want rejected connections", got)
	}
}

// Expired keys are gone for all commands at once, and some time later from memory as well.
func TestExpiry(t *testing.T) {
	_, address := startKV(t, 2)
	s := connect(t, address)
	for i := range 100 {
		s.do("SET", fmt.Sprint("key", i), "x", "PX", "1")
	}
	time.Sleep(2 * time.Millisecond)
	if got := s.do("KEYS", "*"); got != "*0\r\n" {
		t.Errorf("KEYS: %q: want none", got)
	}
	for end := time.Now().Add(patience); s.do("DBSIZE") != ":0\r\n"; time.Sleep(sweepPeriod) {
		if time.Now().After(end) {
			t.Fatal("expired keys are still counted")
		}
	}
}

// A client that doesn't read what it has asked for holds up nobody, and may read it later.
func TestSlowReader(t *testing.T) {
	_, address := startKV(t, 1)
	slow, quick := connect(t, address), connect(t, address)
	quick.do("SET", "long", strings.Repeat("x", 1<<20))
	const gets = 50
	slow.send(resp.AppendCommand([]byte(strings.Repeat("GET long\r\n", gets)), "PING"))
	for range 100 {
		if got := quick.do("STRLEN", "long"); got != ":1048576\r\n" {
			t.Fatalf("STRLEN: %q", got)
		}
	}
	for range gets {
		if got := slow.reply(); len(got) != 1<<20+len("$1048576\r\n\r\n") {
			t.Fatalf("GET: %d bytes: want all of the value", len(got))
		}
	}
	if got := slow.reply(); got != "+PONG\r\n" {
		t.Errorf("PING: %q: want PONG", got)
	}
}
