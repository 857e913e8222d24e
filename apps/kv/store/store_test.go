package store

import (
	"testing"

	"skerry/apps/kv/resp"
)

// do runs one command.
func do(s *Store, now int64, words ...string) string {
	reply, _ := s.Apply(nil, now, resp.AppendCommand(nil, words...))
	return string(reply)
}

// Only a command that has changed something says so.
func TestApplyTellsOfChanges(t *testing.T) {
	s := New(1<<20, 1)
	for _, c := range []struct {
		words   []string
		reply   string
		changed bool
	}{
		{[]string{"SET", "a", "1"}, "+OK\r\n", true},
		{[]string{"GET", "a"}, "$1\r\n1\r\n", false},
		{[]string{"SET", "a", "2", "NX"}, "$-1\r\n", false},
		{[]string{"INCR", "a"}, ":2\r\n", true},
		{[]string{"DEL", "b"}, ":0\r\n", false},
		{[]string{"FLUSHALL"}, "+OK\r\n", true},
		{[]string{"FLUSHALL"}, "+OK\r\n", false},
	} {
		reply, changed := s.Apply(nil, 1000, resp.AppendCommand(nil, c.words...))
		if string(reply) != c.reply || changed != c.changed {
			t.Errorf("%q: reply %q, changed %v: want %q, %v", c.words, reply, changed, c.reply,
				c.changed)
		}
	}
}

// Whatever arrives is answered, and does not end the core.
func FuzzApply(f *testing.F) {
	f.Add(resp.AppendCommand(nil, "SET", "k", "v", "EX", "10"))
	f.Add(resp.AppendCommand(nil, "SETRANGE", "k", "10", "v"))
	f.Add(resp.AppendCommand(nil, "SCAN", "0", "COUNT", "10"))
	f.Fuzz(func(t *testing.T, command []byte) {
		s := New(1<<20, 1)
		do(s, 1, "SET", "k", "1")
		if reply, _ := s.Apply(nil, 2, command); len(reply) == 0 {
			t.Errorf("%q has no reply", command)
		}
	})
}
