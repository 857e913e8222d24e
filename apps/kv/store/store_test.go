package store

import (
	"testing"

	"skerry/apps/kv/resp"
)

// do runs one command.
func do(s *Store, now int64, words ...string) string {
	reply, _ := s.Apply(now, resp.AppendCommand(nil, words...))
	return string(reply)
}

// A batch of commands is answered in order; only those that changed something are in the log.
func TestApplyBatch(t *testing.T) {
	s := New(1<<20, 1)
	var batch []byte
	for _, words := range [][]string{
		{"SET", "a", "1"}, {"GET", "a"}, {"SET", "a", "2", "NX"}, {"INCR", "a"}, {"DEL", "b"},
	} {
		batch = resp.AppendCommand(batch, words...)
	}
	reply, log := s.Apply(1000, batch)
	if want := "+OK\r\n$1\r\n1\r\n$-1\r\n:2\r\n:0\r\n"; string(reply) != want {
		t.Errorf("replies %q: want %q", reply, want)
	}
	want := resp.AppendCommand(nil, "SET", "a", "1")
	want = resp.AppendCommand(want, "INCR", "a")
	if string(log) != string(want) {
		t.Errorf("log %q: want %q", log, want)
	}
}
