package store

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"skerry/apps/kv/resp"
)

// model is a store that is as dumb as can be.
type model map[string]item

type item struct {
	value  string
	expiry int64
}

func (m model) get(key string, now int64) (item, bool) {
	it, ok := m[key]
	if ok && it.expiry != 0 && it.expiry <= now {
		return item{}, false
	}
	return it, ok
}

// do runs one command and returns its reply.
func (m model) do(now int64, words ...string) string {
	number := func(n int64) string { return fmt.Sprintf(":%d\r\n", n) }
	bulk := func(it item, ok bool) string {
		if !ok {
			return "$-1\r\n"
		}
		return fmt.Sprintf("$%d\r\n%s\r\n", len(it.value), it.value)
	}
	key := words[1]
	it, has := m.get(key, now)
	switch words[0] {
	case "GET":
		return bulk(it, has)
	case "SET":
		m[key] = item{value: words[2]}
		return "+OK\r\n"
	case "PX": // SET with an expiry
		ms, _ := strconv.ParseInt(words[3], 10, 64)
		m[key] = item{words[2], now + ms}
		return "+OK\r\n"
	case "APPEND":
		it.value += words[2]
		m[key] = it
		return number(int64(len(it.value)))
	case "SETRANGE":
		at, _ := strconv.Atoi(words[2])
		if words[3] != "" {
			text := it.value + strings.Repeat("\x00", max(0, at+len(words[3])-len(it.value)))
			it.value = text[:at] + words[3] + text[at+len(words[3]):]
			m[key] = it
		}
		return number(int64(len(it.value)))
	case "INCR":
		n, err := strconv.ParseInt(it.value, 10, 64)
		if has && (err != nil || strconv.FormatInt(n, 10) != it.value) {
			return "-" + NotInteger + "\r\n"
		}
		if n == math.MaxInt64 {
			return "-" + overflow + "\r\n"
		}
		it.value = strconv.FormatInt(n+1, 10)
		m[key] = it
		return number(n + 1)
	case "PEXPIRE":
		if !has {
			return number(0)
		}
		ms, _ := strconv.ParseInt(words[2], 10, 64)
		it.expiry = now + ms
		m[key] = it
		return number(1)
	case "PTTL":
		switch {
		case !has:
			return number(-2)
		case it.expiry == 0:
			return number(-1)
		}
		return number(it.expiry - now)
	case EvictCommand:
		if !has {
			delete(m, key)
		}
		return "+OK\r\n"
	case "DEL":
		delete(m, key)
		return number(map[bool]int64{true: 1}[has])
	}
	panic(words[0])
}

// player does the same to a store and to the model.
type player struct {
	store   *Store
	model   model
	now     int64
	reply   []byte // to the last step, and whether it changed something
	changed bool
}

func newPlayer() *player {
	return &player{store: New(math.MaxInt64, 7), model: model{}, now: 1}
}

// step runs one command that r makes.
func (p *player) step(r *rand.Rand, keys int) ([]byte, error) {
	key := strconv.Itoa(r.IntN(keys))
	texts := []string{"", "7", "9223372036854775807", "hello", strings.Repeat("x", r.IntN(300))}
	value, number := texts[r.IntN(len(texts))], strconv.Itoa(1+r.IntN(50))
	list := [][]string{
		{"GET", key}, {"SET", key, value}, {"PX", key, value, number}, {"APPEND", key, value},
		{"SETRANGE", key, number, value}, {"INCR", key}, {"PEXPIRE", key, number}, {"PTTL", key},
		{"DEL", key}, {"SET", key, value}, {EvictCommand, key},
	}
	words := list[r.IntN(len(list))]
	p.now += int64(r.IntN(3))
	want := p.model.do(p.now, words...)
	if words[0] == "PX" {
		words = []string{"SET", key, value, "PX", number}
	}
	command := command(words...)
	p.store.Expect([][]byte{command, command}) // changes nothing
	p.reply, p.changed = p.store.Apply(nil, p.now, command)
	if got := string(p.reply); got != want {
		return command, fmt.Errorf("%q at %d: reply %q: want %q", words, p.now, got, want)
	}
	return command, nil
}

// check compares all of a store with the model.
func (p *player) check(s *Store) error {
	live := 0
	for key := range p.model {
		if _, ok := p.model.get(key, p.now); ok {
			live++
		}
		got := do(s, p.now, "GET", key) + do(s, p.now, "PTTL", key)
		if want := p.model.do(p.now, "GET", key) + p.model.do(p.now, "PTTL", key); got != want {
			return fmt.Errorf("key %q is %q: want %q", key, got, want)
		}
	}
	if got := strings.Count(do(s, p.now, "KEYS", "*"), "$"); got != live {
		return fmt.Errorf("%d keys: want %d", got, live)
	}
	var bytes int64
	count, volatile := 0, 0
	for p := position(0); p < positionEnd; {
		var e *entry
		for e, p = s.at(p); e != nil; e = e.next {
			bytes += entryBytes + int64(len(e.key())) + int64(len(e.value()))
			if count++; e.expiry != 0 {
				volatile++
			}
		}
	}
	if bytes != s.bytes || count != s.count || volatile != s.volatile {
		return fmt.Errorf("%d keys, %d volatile, %d bytes: counted %d, %d, %d", count, volatile,
			bytes, s.count, s.volatile, s.bytes)
	}
	return nil
}

// Whatever is done to it, a store answers as a map would, and counts what it holds.
func FuzzStore(f *testing.F) {
	f.Add(uint64(1), uint16(10), uint16(1000))
	f.Add(uint64(2), uint16(5000), uint16(8000)) // the table doubles
	f.Fuzz(func(t *testing.T, seed uint64, keys, steps uint16) {
		p, r := newPlayer(), rand.New(rand.NewPCG(seed, 0))
		for range steps % (1 << 13) {
			if _, err := p.step(r, int(keys)+1); err != nil {
				t.Fatal(err)
			}
		}
		if err := p.check(p.store); err != nil {
			t.Fatal(err)
		}
	})
}

// A copy that was made while commands were carried out is like the original, whenever they came.
func TestSnapshot(t *testing.T) {
	for seed := range uint64(30) {
		if err := makeCopy(seed); err != nil {
			t.Errorf("seed %d: %v", seed, err)
		}
	}
}

// What commands did to a part of a copy before it was restored is gone when it is. A Restore that
// leaves what is there already is found.
func TestRestoreRemoves(t *testing.T) {
	if left := staleKeys((*Store).Restore); left != ":0\r\n" {
		t.Errorf("%q keys in the copy: want none", left)
	}
	left := staleKeys(func(s *Store, chunk []byte) error {
		if binary.LittleEndian.Uint64(chunk[8:]) == 0 {
			return s.Restore(chunk)
		}
		return s.restoreEntries(chunk[chunkHeaderBytes:])
	})
	if left == ":0\r\n" {
		t.Error("a Restore that removes nothing is not found")
	}
}

// staleKeys copies keys that expire meanwhile, though the copy does not know that of those that are
// still to come. It returns how many keys the copy has at last.
func staleKeys(restore func(*Store, []byte) error) string {
	s, twin := New(math.MaxInt64, 1), New(1, 2)
	both := func(now int64, words ...string) {
		s.Apply(nil, now, command(words...))
		twin.Replay(nil, now, command(words...))
	}
	for i := range 50 {
		do(s, 1, "SET", fmt.Sprint(i), "", "PX", "10")
	}
	chunk, cursor := s.Snapshot(nil, 0)
	restore(twin, chunk)
	for i := range 50 {
		both(5, "APPEND", fmt.Sprint(i), "x")
		both(15, EvictCommand, fmt.Sprint(i))
	}
	for cursor != 0 {
		chunk, cursor = s.Snapshot(nil, cursor)
		restore(twin, chunk)
	}
	return do(twin, 15, "DBSIZE")
}

// makeCopy makes a copy with commands before, between and after its chunks, and compares.
func makeCopy(seed uint64) error {
	p, r := newPlayer(), rand.New(rand.NewPCG(seed, 1))
	keys := 10 + r.IntN(100<<r.IntN(6))
	for range r.IntN(2 * keys) {
		if _, err := p.step(r, keys); err != nil {
			return err
		}
	}
	twin := New(1, seed) // what the original had room for, a copy takes
	do(twin, 0, "SET", "junk", "")
	cursor := uint64(0)
	for more := true; more; more = cursor != 0 {
		var chunk []byte
		chunk, cursor = p.store.Snapshot(make([]byte, 5, 100+r.IntN(5000)), cursor)
		if err := twin.Restore(chunk[5:]); err != nil {
			return err
		}
		for range r.IntN(50) {
			command, err := p.step(r, keys)
			if err != nil {
				return err
			}
			twin.Replay(nil, p.now, command)
		}
		if r.IntN(200) == 0 {
			command := command("FLUSHALL")
			p.store.Apply(nil, p.now, command)
			twin.Replay(nil, p.now, command)
			clear(p.model)
		}
	}
	for range 100 {
		command, err := p.step(r, keys)
		if err != nil {
			return err
		}
		if p.changed {
			if got := twin.Replay(nil, p.now, command); !bytes.Equal(got, p.reply) {
				return fmt.Errorf("the copy answers %q to %q: want %q", got, command, p.reply)
			}
		}
	}
	if err := p.check(twin); err != nil {
		return err
	}
	return p.check(p.store)
}

// A chunk that was cut or changed is refused or taken, and does no other harm.
func FuzzRestore(f *testing.F) {
	s := New(1<<20, 1)
	do(s, 1, "SET", "a", "b", "PX", "5")
	chunk, _ := s.Snapshot(nil, 0)
	f.Add(chunk)
	f.Fuzz(func(t *testing.T, chunk []byte) {
		s := New(1<<20, 1)
		s.Restore(chunk)
		do(s, 1, "KEYS", "*")
	})
}

// SCAN returns each key that is there throughout, though the table doubles meanwhile, and comes to
// an end.
func TestScanSeesAll(t *testing.T) {
	s := New(math.MaxInt64, 3)
	for i := range 3000 {
		do(s, 1, "SET", fmt.Sprint("old", i), "")
	}
	seen := map[string]bool{}
	added := 0
	for position, first := "0", true; first || position != "0"; first = false {
		reply := do(s, 1, "SCAN", position, "COUNT", "7")
		_, rest, _ := resp.CutHeader([]byte(reply))
		bulk, rest := resp.CutBulk(rest)
		_, text, _ := resp.CutHeader(bulk)
		position = strings.TrimSpace(string(text))
		words, _, err := resp.Split(rest, nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, w := range words {
			seen[string(w)] = true
		}
		for range 10 {
			added++
			do(s, 1, "SET", fmt.Sprint("new", added), "")
		}
	}
	for i := range 3000 {
		if !seen[fmt.Sprint("old", i)] {
			t.Fatalf("old%d was not seen", i)
		}
	}
}

// A store that is full refuses what would make it grow, in Redis's words, and nothing is lost;
// what makes it smaller still works.
func TestFull(t *testing.T) {
	const room = 10
	s := New(room*(entryBytes+2), 1)
	for i := range room {
		if got := do(s, 1, "SET", fmt.Sprint(i), "x"); got != "+OK\r\n" {
			t.Fatalf("key %d: %q: want room for it", i, got)
		}
	}
	for _, words := range [][]string{
		{"SET", "new", ""}, {"APPEND", "1", "x"}, {"SETRANGE", "1", "5000", "x"},
		{"MSET", "1", "y", "new", "y"}, {"SETNX", "new", ""}, {"GETSET", "1", "xx"},
		{"INCR", "new"}, {"SET", "1", "xx", "GET"},
	} {
		if got := do(s, 1, words...); got != "-"+OutOfMemory+"\r\n" {
			t.Errorf("%q: %q: want %q", words, got, OutOfMemory)
		}
	}
	for i := range room {
		if got := do(s, 1, "GET", fmt.Sprint(i)); got != "$1\r\nx\r\n" {
			t.Errorf("key %d: %q: want what it was", i, got)
		}
	}
	do(s, 1, "DEL", "1")
	if got := do(s, 1, "SET", "n", "x"); got != "+OK\r\n" {
		t.Errorf("after a DEL: %q: want room", got)
	}
}

// Expired keys are found a part at a time, and removed in all copies.
func TestSweep(t *testing.T) {
	s := New(math.MaxInt64, 1)
	for i := range 5000 {
		do(s, 1, "SET", fmt.Sprint(i), "", "PX", fmt.Sprint(1+i%2*1000))
	}
	found := 0
	for position, first := "0", true; first || position != "0"; first = false {
		reply := do(s, 100, SweepCommand, position)
		words, _, err := resp.Split([]byte(reply), nil)
		if err != nil {
			t.Fatal(err)
		}
		position = string(words[0])
		found += len(words) - 1
		s.Replay(nil, 100, Command(EvictCommand, words[1:]...))
	}
	if got := do(s, 100, "DBSIZE"); found != 2500 || got != ":2500\r\n" {
		t.Errorf("%d found, DBSIZE %q: want 2500 and 2500 left", found, got)
	}
}

// Patterns match as in Redis, and none takes long.
func TestMatches(t *testing.T) {
	for _, c := range []struct {
		pattern, text string
		want          bool
	}{
		{"", "", true}, {"*", "", true}, {"", "a", false}, {"a*b*c", "a--b--c", true},
		{"a*b*c", "a--c--b", false}, {"h?llo", "hello", true}, {"h[ae]llo", "hillo", false},
		{"h[^e]llo", "hello", false}, {"h[a-c]llo", "hbllo", true}, {"h[c-a]llo", "hbllo", true},
		{`h\*llo`, "h*llo", true}, {`h\*llo`, "hello", false}, {"[", "[", false}, {"[a", "a", true},
		{`\`, `\`, true}, {`[\]]`, "]", true}, {"**a", "bca", true},
		{strings.Repeat("a*", 50) + "b", strings.Repeat("a", 5000), false},
	} {
		if got := Matches([]byte(c.pattern), c.text); got != c.want {
			t.Errorf("%q matches %.20q: %v: want %v", c.pattern, c.text, got, c.want)
		}
	}
}
