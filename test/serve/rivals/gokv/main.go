// Command gokv is what one would write in Go without Skerry: a key-value store in one process, for
// clients of Redis, with a map that is cut into parts, each under a mutex. It reads and writes RESP
// with the code of apps/kv, serves each client in a goroutine, and answers a pipeline with one
// write. It has no copy of anything. It may be the only process of a Linux guest.
//
//	GOMAXPROCS=2 gokv ADDRESS
package main

import (
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"

	"skerry/apps/kv/resp"
	"skerry/test/serve/rivals/guest"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: gokv ADDRESS")
		os.Exit(2)
	}
	if err := guest.Begin(); err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
	l, err := net.Listen("tcp", os.Args[1])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	m := newMap()
	budget := resp.NewBudget(64<<20, 64<<20)
	for {
		conn, err := l.Accept()
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		go serve(m, conn, budget)
	}
}

// serve answers a client until it leaves.
func serve(m *shardedMap, conn net.Conn, budget *resp.Budget) {
	defer conn.Close()
	in := resp.NewReader(conn, budget)
	defer in.Close()
	var out []byte
	for {
		c, ok, err := in.TryNext()
		switch {
		case err != nil:
			conn.Write(resp.AppendError(out, "ERR "+err.Error()))
			return
		case c.Refused:
			out = resp.AppendError(out, "ERR too long")
		case ok:
			out = answer(m, out, c.Args)
		default:
			if len(out) > 0 {
				if _, err := conn.Write(out); err != nil {
					return
				}
			}
			out = out[:0]
			if in.Fill() != nil {
				return
			}
		}
	}
}

// answer carries out a command and appends its reply.
func answer(m *shardedMap, out []byte, args [][]byte) []byte {
	switch name := strings.ToUpper(string(args[0])); {
	case name == "GET" && len(args) == 2:
		return m.get(out, args[1])
	case name == "SET" && len(args) == 3:
		m.set(args[1], args[2])
		return resp.AppendSimple(out, "OK")
	case name == "MSET" && len(args)%2 == 1:
		for i := 1; i < len(args); i += 2 {
			m.set(args[i], args[i+1])
		}
		return resp.AppendSimple(out, "OK")
	case name == "INCR" && len(args) == 2:
		return m.increment(out, args[1])
	case name == "PING":
		return resp.AppendSimple(out, "PONG")
	case name == "CONFIG":
		return resp.AppendArray(out, 0)
	}
	return resp.AppendError(out, "ERR unknown command or wrong number of arguments")
}

func (m *shardedMap) increment(out, key []byte) []byte {
	s := m.shard(key)
	s.Lock()
	defer s.Unlock()
	n, _ := strconv.ParseInt(string(s.values[string(key)]), 10, 64)
	s.values[string(key)] = strconv.AppendInt(nil, n+1, 10)
	return resp.AppendInt(out, n+1)
}
