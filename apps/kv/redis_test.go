package kv

import (
	"fmt"
	"math/rand/v2"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"testing"

	"skerry/apps/kv/resp"
)

// startRedis starts a redis-server, and returns its address.
func startRedis(t *testing.T) string {
	t.Helper()
	path, err := exec.LookPath("redis-server")
	if err != nil {
		t.Skip("SKIPPED, NOTHING WAS COMPARED WITH REDIS: ./dev setup installs redis-server: ", err)
	}
	port := strconv.Itoa(int(freePort(t)))
	server := exec.Command(path, "--port", port, "--bind", "127.0.0.1", "--save", "",
		"--databases", "1", "--dir", t.TempDir())
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		server.Process.Kill()
		server.Wait()
	})
	return "127.0.0.1:" + port
}

// Each command line is answered as Redis answers it, byte for byte.
func TestRepliesLikeRedis(t *testing.T) {
	theirs := connect(t, startRedis(t))
	_, address := startKV(t, 2)
	ours := connect(t, address)
	for line := range strings.Lines(lines) {
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		theirs.send([]byte(line + "\r\n"))
		ours.send([]byte(line + "\r\n"))
		if got, want := ours.reply(), theirs.reply(); got != want {
			t.Errorf("%s: reply %q: want Redis's, %q", line, got, want)
		}
	}
}

// lines are commands for the corners of what Redis does. They are sent inline.
const lines = `
	PING
	ping hello
	PING a b
	ECHO "a b\r\n\x00\xff"
	ECHO
	ECHO a b
	SELECT 0
	SELECT 1
	SELECT x
	SELECT -1
	SELECT
	NOSUCH
	NOSUCH a 'b c' "d\r\ne"
	GET
	get a b
	SET k
	SET k v EX
	SET k v EX 0
	SET k v EX -1
	SET k v EX x
	SET k v EX 9223372036854775807
	SET k v EX 9223372036854775
	SET k v PX 9223372036854775807
	SET k v PX 0
	SET k v NX XX
	SET k v XX NX
	SET k v KEEPTTL EX 10
	SET k v EX 10 KEEPTTL
	SET k v EX 10 PX 10
	SET k v PX 10 EX 10
	SET k v nosuch
	SET k v XX
	SET k v XX GET
	GET k
	SET k v NX GET
	SET k w NX GET
	SET k w NX
	GET k
	SET k w GET
	SET k w EX 100 EX 1000
	TTL k
	SET k x KEEPTTL
	TTL k
	SET k y
	TTL k
	SET k "" ex 100000
	STRLEN k
	GETSET k 5
	TTL k
	GETSET none
	GETSET none2 1
	SETNX k 1
	SETNX k2 1
	SETNX k2
	INCR k
	INCR none3
	INCRBY k 10
	INCRBY k x
	INCRBY k 1.5
	INCRBY k " 1"
	INCRBY k +1
	INCRBY k 01
	INCRBY k -0
	DECR k
	DECRBY k 100
	DECRBY k -9223372036854775808
	DECRBY k 9223372036854775808
	SET n 9223372036854775807
	INCR n
	INCRBY n 1
	DECRBY n -1
	SET n -9223372036854775808
	DECR n
	INCRBY n -1
	DECRBY n 1
	SET n 9223372036854775808
	INCR n
	SET n -1
	INCR n
	GET n
	SET n "12 "
	INCR n
	SET n ""
	INCR n
	SET n -0
	INCR n
	SET n 007
	DECR n
	APPEND a
	APPEND a hello
	APPEND a ""
	APPEND a " world"
	APPEND b ""
	EXISTS b
	GETRANGE a 0 -1
	GETRANGE a 0 0
	GETRANGE a 3 2
	GETRANGE a -3 -1
	GETRANGE a -1 -3
	GETRANGE a -100 3
	GETRANGE a 3 100
	GETRANGE a 100 200
	GETRANGE a -100 -90
	GETRANGE a x 1
	GETRANGE a 1 x
	GETRANGE none 0 -1
	GETRANGE a 0
	GETRANGE a -9223372036854775808 9223372036854775807
	SETRANGE a 6 redis
	GET a
	SETRANGE a 20 x
	GET a
	SETRANGE a -1 x
	SETRANGE a x x
	SETRANGE a 3 ""
	SETRANGE none4 3 ""
	EXISTS none4
	SETRANGE none4 3 abc
	GET none4
	SETRANGE a 536870912 x
	SETRANGE a 536870911 xx
	SETRANGE a 9223372036854775807 x
	STRLEN none5
	STRLEN a
	MSET
	MSET a
	MSET a 1 b
	MSET a 1 b 2 c 3 a 4
	MGET
	MGET a b c d a
	MGET d
	EXISTS
	EXISTS a b c a none5
	DEL
	DEL a a b none5
	EXISTS a b c
	EXPIRE c
	EXPIRE c x
	EXPIRE c 100 nosuch
	EXPIRE c 100 "no\nsuch"
	EXPIRE c 100 NX XX
	EXPIRE c 100 GT LT
	EXPIRE c 100 NX GT
	EXPIRE c 100 XX
	EXPIRE c 100 GT
	EXPIRE c 100 LT
	EXPIRE c 100 NX
	EXPIRE c 1000 GT
	EXPIRE c 100 GT
	EXPIRE c 50 LT
	EXPIRE c 500 LT
	EXPIRE c 5000 XX
	EXPIRE c 4000 XX GT
	TTL c
	PEXPIRE c 20000
	TTL c
	PERSIST c
	PERSIST c
	PERSIST none6
	TTL c
	PTTL c
	TTL none6
	PTTL none6
	TTL
	EXPIRE c 9223372036854775807
	EXPIRE c 9223372036854775
	PEXPIRE c 9223372036854775807
	EXPIRE c -9223372036854775808
	EXPIRE none6 100
	EXPIRE c 0
	EXISTS c
	SET c 1
	PEXPIRE c -5
	EXISTS c
	TYPE k
	TYPE none6
	TYPE
	KEYS
	KEYS none2
	FLUSHALL
	DBSIZE
	DBSIZE x
	KEYS *
	RANDOMKEY
	RANDOMKEY x
	SET one 1
	KEYS *
	KEYS o?e
	KEYS [a-o]ne
	KEYS [^a-n]ne
	KEYS [
	KEYS \\*
	KEYS o\\ne
	RANDOMKEY
	SCAN x
	SCAN 0 COUNT 0
	SCAN 0 COUNT x
	SCAN 0 COUNT
	SCAN 0 MATCH
	SCAN 0 NOSUCH x
	SCAN
	DBSIZE
	FLUSHALL nosuch
	FLUSHALL sync sync
	FLUSHALL async
	FLUSHALL SYNC
	CONFIG
	CONFIG nosuch
	CONFIG GET
	CONFIG GET databases
	CONFIG GET Data*ses nosuch
	CONFIG GET proto-max-bulk-len
	CLIENT
	CLIENT nosuch
	CLIENT GETNAME
	CLIENT SETNAME
	CLIENT SETNAME "a b"
	CLIENT SETNAME me
	CLIENT GETNAME
	CLIENT GETNAME x
	CLIENT SETNAME ""
	CLIENT GETNAME
	COMMAND INFO nosuch
	COMMAND nosuch
	COMMAND COUNT x
	QUIT
`

// Random commands, in pipelines of random length, are answered as Redis answers them.
func TestPipelinesLikeRedis(t *testing.T) {
	theirs := connect(t, startRedis(t))
	_, address := startKV(t, 2)
	ours := connect(t, address)
	seed := rand.Uint64()
	random := rand.New(rand.NewPCG(seed, 0))
	for count := 0; count < 20_000; {
		var batch []byte
		commands := make([][]string, 1+random.IntN(40))
		for i := range commands {
			commands[i] = randomCommand(random)
			batch = resp.AppendCommand(batch, commands[i]...)
		}
		theirs.send(batch)
		ours.send(batch)
		for _, words := range commands {
			got, want := ours.reply(), theirs.reply()
			if !alike(t, words[0], got, want) {
				t.Fatalf("seed %d, after %d: %q: reply %q: want Redis's, %q", seed, count, words,
					got, want)
			}
			count++
		}
	}
}

// alike tells whether two replies are the same, as far as they are defined.
func alike(t *testing.T, command, got, want string) bool {
	switch strings.ToUpper(command) {
	case "KEYS":
		return slices.Equal(words(t, got), words(t, want))
	case "RANDOMKEY":
		return (got == "$-1\r\n") == (want == "$-1\r\n")
	case "TTL", "PTTL":
		return len(got) == len(want) && len(got) > 5 || got == want
	}
	return got == want
}

// randomCommand returns a command for few keys, so that commands meet, mostly a correct one.
func randomCommand(r *rand.Rand) []string {
	pick := func(list ...string) string { return list[r.IntN(len(list))] }
	key := func() string { return pick("k", "{k}", "{k}2", "") + strconv.Itoa(r.IntN(20)) }
	value := func() string {
		switch r.IntN(4) {
		case 0:
			return strconv.Itoa(r.IntN(2000) - 1000)
		case 1:
			return strings.Repeat(string([]byte{byte(r.Uint32())}), r.IntN(3000))
		}
		return pick("", "x", "\r\n", "\x00", "hello", "9223372036854775807", "007")
	}
	number := func() string { return pick("0", "1", "-1", "5", "-5", "100", "x", "", "1.5") }
	long := func() string { return strconv.Itoa(100_000 + r.IntN(100_000)) }
	var words []string
	switch r.IntN(24) {
	case 0, 1, 2:
		words = []string{"GET", key()}
	case 3, 4:
		words = []string{"SET", key(), value()}
	case 5:
		words = []string{"SET", key(), value(), pick("NX", "XX", "nx", "GET", "KEEPTTL", "huh"),
			pick("EX", "PX", "GET", "XX", "NX"), long()}[:3+r.IntN(4)]
	case 6:
		words = []string{pick("SETNX", "GETSET", "APPEND"), key(), value()}
	case 7, 8:
		words = []string{pick("INCR", "DECR", "STRLEN", "TYPE", "TTL", "PERSIST"), key()}
	case 9:
		words = []string{pick("INCRBY", "DECRBY"), key(), number()}
	case 10:
		words = []string{"GETRANGE", key(), number(), number()}
	case 11:
		words = []string{"SETRANGE", key(), number(), value()}
	case 12, 13, 14, 15:
		words = []string{pick("MGET", "EXISTS", "DEL"), key(), key(), key(), key()}[:2+r.IntN(4)]
	case 16, 17:
		words = []string{"MSET", key(), value(), key(), value(), key(), value()}[:2+r.IntN(6)]
	case 18:
		words = []string{"EXPIRE", key(), pick(long(), long(), "-1", "x"),
			pick("NX", "XX", "GT", "LT", "huh")}[:3+r.IntN(2)]
	case 19:
		words = []string{"PEXPIRE", key(), long() + "000"}
	case 20:
		words = []string{"KEYS", pick("*", "k*", "{k}1?", "*1", "[0-5]*")}
	case 21:
		words = []string{pick("DBSIZE", "RANDOMKEY", "PING", "dbsize")}
	case 22:
		words = []string{pick("GET", "SET", "nosuch", "MSET", "ECHO", "EXPIRE", "FLUSHALL"), "x",
			"y", "z"}[:1+r.IntN(4)]
	default:
		words = []string{"ECHO", value()}
	}
	if r.IntN(500) == 0 {
		return []string{"FLUSHALL"}
	}
	return words
}

// What is no RESP ends the connection, with Redis's words.
func TestGarbageLikeRedis(t *testing.T) {
	redis := startRedis(t)
	_, address := startKV(t, 2)
	for _, garbage := range []string{
		"*x\r\n", "*2147483648\r\n", "*-x\r\n", "*+1\r\n", "*01\r\n", "*1\r\n:1\r\n",
		"*1\r\nGET\r\n", "*1\r\n\r\n", "*1\r\n$-1\r\n", "*1\r\n$x\r\n", "*1\r\n$536870913\r\n",
		"*1\r\n$\r\n", "*\r\n", "*1\r\n$ 4\r\nPING\r\n", "\"abc\r\n", "'abc\r\n", "\"a\"b\r\n",
		"*1\r\n" + strings.Repeat("x", 70_000), "*" + strings.Repeat("1", 70_000),
		strings.Repeat("x", 70_000), "PING\r\n*1\r\n$x\r\n",
		"\r\n\r\n*0\r\n*-5\r\nPING\r\nQUIT\r\n",
		"*1\r\n$4\r\nPINGxx*1\r\n$4\r\nQUIT\r\n", "SET a \"b\\x41\\n\\q\"\r\nGET a\nQUIT x\r\n",
		"  PING  'a\\'b'  \r\nQUIT\n",
	} {
		got, want := exchange(t, address, garbage), exchange(t, redis, garbage)
		if got != want {
			t.Errorf("%.60q: answer %q: want Redis's, %q", garbage, got, want)
		}
	}
}

// exchange sends bytes to a server, and returns all that it answers until it closes.
func exchange(t *testing.T, address, sent string) string {
	s := connect(t, address)
	go s.Write([]byte(sent))
	var all strings.Builder
	_, err := s.in.WriteTo(&all)
	if err != nil && !strings.Contains(err.Error(), "reset") {
		return fmt.Sprintf("%s, then %v", all.String(), err)
	}
	return all.String()
}
