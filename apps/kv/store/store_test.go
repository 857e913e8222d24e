package store

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// command returns a command.
func command(words ...string) []byte {
	var args [][]byte
	for _, w := range words[1:] {
		args = append(args, []byte(w))
	}
	return Command(words[0], args...)
}

// do runs one command.
func do(s *Store, now int64, words ...string) string {
	reply, _ := s.Apply(nil, now, command(words...))
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
		reply, changed := s.Apply(nil, 1000, command(c.words...))
		if string(reply) != c.reply || changed != c.changed {
			t.Errorf("%q: reply %q, changed %v: want %q, %v", c.words, reply, changed, c.reply,
				c.changed)
		}
	}
}

// A write that is refused for want of room does nothing, though the key has expired: neither at the
// primary nor, since it says so, at the backup.
func TestRefusedWriteChangesNothing(t *testing.T) {
	long := strings.Repeat("x", 500)
	for _, words := range [][]string{
		{"SET", "k", long}, {"SET", "k", long, "GET"}, {"SETNX", "k", long}, {"GETSET", "k", long},
		{"APPEND", "k", long}, {"SETRANGE", "k", "1", long}, {"MSET", "k", long},
	} {
		s := New(600, 1)
		do(s, 1, "SET", "other", strings.Repeat("y", 200))
		do(s, 1, "SET", "k", "v", "PX", "10")
		bytes := s.bytes
		reply, changed := s.Apply(nil, 100, command(words...))
		if string(reply) != "-"+OutOfMemory+"\r\n" || changed || s.bytes != bytes {
			t.Errorf("%s: %q, changed %v, %d bytes: want a refusal, false, %d", words[0], reply,
				changed, s.bytes, bytes)
		}
	}
}

// No chunk is longer than a store says, though one key takes all of its memory.
func TestChunksAreBounded(t *testing.T) {
	s := New(100_000, 1)
	length := 100_000 - entryBytes - len("k")
	if got := do(s, 1, "SETRANGE", "k", fmt.Sprint(length-1), "v"); got[0] == '-' {
		t.Fatalf("a value of %d bytes: %q", length, got)
	}
	chunk, next := s.Snapshot(nil, 0)
	for next != 0 && len(chunk) < length {
		chunk, next = s.Snapshot(chunk[:0], next)
	}
	if size := int64(len(chunk)); size < int64(length) || size > s.ChunkBytesMax() {
		t.Errorf("a chunk of %d bytes: want %d to %d", size, length, s.ChunkBytesMax())
	}
}

// A value that has expired makes room for the key's next one.
func TestExpiredMakesRoom(t *testing.T) {
	for _, words := range [][]string{
		{"SET", "k", "vw"}, {"SETNX", "k", "vw"}, {"APPEND", "k", "vw"}, {"INCRBY", "k", "10"},
		{"MSET", "k", "vw"}, {"SETRANGE", "k", "1", "w"},
	} {
		s := New(entryBytes+3, 1)
		do(s, 1, "SET", "k", "xx", "PX", "10")
		do(s, 100, words...)
		if got := do(s, 100, "STRLEN", "k") + do(s, 100, "PTTL", "k"); got != ":2\r\n:-1\r\n" {
			t.Errorf("%s: length and time of what is there: %q: want 2, and no end", words[0], got)
		}
	}
}

// A read whose reply may be another one at another time says so, and no other does.
func TestReadTellsOfTime(t *testing.T) {
	s := New(1<<20, 1)
	do(s, 1, "SET", "lasts", "v")
	alone := []string{"GET", "MGET", "EXISTS", "STRLEN", "TYPE", "TTL", "PTTL"}
	for _, name := range alone {
		for key, want := range map[string]bool{"lasts": true, "none": true, "ends": false} {
			do(s, 1, "SET", "ends", "v", "PX", "10")
			got := do(s, 1, name, key)
			reply, timeless := s.Read(nil, command(name, key))
			if timeless != want || timeless && string(reply) != got {
				t.Errorf("%s %s: %q, timeless %v: want %q, %v", name, key, reply, timeless, got,
					want)
			}
		}
	}
	all := [][]string{
		{"KEYS", "*"}, {"SCAN", "0", "COUNT", "100"}, {SweepCommand, "0"},
		{"MGET", "lasts", "ends"},
	}
	for _, want := range []bool{false, true} {
		for _, words := range all {
			_, timeless := s.Read(nil, command(words...))
			if timeless != want {
				t.Errorf("%q: timeless %v: want %v", words, timeless, want)
			}
		}
		do(s, 1, "DEL", "ends")
	}
}

// Whatever is asked, with whatever arguments, is taken apart as it was put together.
func TestCommandsTravel(t *testing.T) {
	for _, want := range slices.Concat(commands[:]...) {
		for _, args := range [][][]byte{
			nil, {{}}, {[]byte("k")}, {[]byte("k"), {}, []byte(strings.Repeat("v", 1000))},
		} {
			text := want.Append(nil, args...)
			c, got, ok := parse(text, nil)
			if !ok || c != want || fmt.Sprint(got) != fmt.Sprint(args) {
				t.Errorf("%s %q is %v %q, whole: %t", want.Name, args, c, got, ok)
			}
			if len(args) > 0 && string(firstArg(text)) != string(args[0]) {
				t.Errorf("the first argument of %q: %q", text, firstArg(text))
			}
			if len(args) > 0 {
				if _, _, ok := parse(text[:len(text)-1], nil); ok {
					t.Errorf("%q without its last byte is a command", text)
				}
			}
		}
	}
}

// Whatever arrives is answered, and does not end the core, expected or not.
func FuzzApply(f *testing.F) {
	f.Add(command("SET", "k", "v", "EX", "10"))
	f.Add(command("SETRANGE", "k", "10", "v"))
	f.Add(command("SCAN", "0", "COUNT", "10"))
	f.Fuzz(func(t *testing.T, command []byte) {
		s := New(1<<20, 1)
		do(s, 1, "SET", "k", "1")
		s.Expect([][]byte{command, command})
		if reply, _ := s.Apply(nil, 2, command); len(reply) == 0 {
			t.Errorf("%q has no reply", command)
		}
	})
}

// A pipeline of reads and writes of keys that are there costs no allocation.
func TestPipelineDoesNotAllocate(t *testing.T) {
	s, pipeline := New(1<<20, 1), [][]byte(nil)
	for _, key := range []string{"a", "b", "c"} {
		do(s, 1, "SET", key, "value")
		pipeline = append(pipeline, command("SET", key, "other"),
			command("get", key))
	}
	var reply []byte
	if got := testing.AllocsPerRun(100, func() {
		s.Expect(pipeline)
		for _, command := range pipeline {
			reply, _ = s.Apply(reply[:0], 1, command)
			reply = s.Replay(reply[:0], 1, command)
		}
	}); got > 0 {
		t.Errorf("%v allocations for %d commands: want none", got, len(pipeline))
	}
}
