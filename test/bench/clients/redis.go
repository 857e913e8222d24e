package clients

import (
	"encoding/csv"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"
)

// Redis loads a server that speaks Redis's protocol with redis-benchmark: 50 connections in one
// thread, random keys.
type Redis struct {
	Address  netip.AddrPort
	Test     string // "set", "get"
	Pipeline int    // requests that a connection sends before it waits for answers
	Requests int
	Keys     int // how many different ones
}

// redisConnections is the default of redis-benchmark.
const redisConnections = 50

// Run returns how many requests were answered in a second.
func (r Redis) Run() (rate float64, err error) {
	text, err := run(timeMax, "redis-benchmark", "-h", r.Address.Addr().String(),
		"-p", strconv.Itoa(int(r.Address.Port())), "-t", r.Test, "-c",
		strconv.Itoa(redisConnections), "-P", strconv.Itoa(r.Pipeline), "-n",
		strconv.Itoa(r.Requests), "-r", strconv.Itoa(r.Keys), "--csv")
	if err != nil {
		return 0, err
	}
	return parseRedis(text, r.Test)
}

// parseRedis reads the rate of a test from the output of redis-benchmark --csv: a header and a line
// for each test. What it has to complain about stands before them.
func parseRedis(text, test string) (float64, error) {
	start := strings.Index(text, `"test","rps"`)
	if start < 0 {
		return 0, fmt.Errorf("clients: redis-benchmark said %q: want CSV with test and rps",
			excerpt(text))
	}
	table, err := csv.NewReader(strings.NewReader(text[start:])).ReadAll()
	if err != nil {
		return 0, fmt.Errorf("clients: redis-benchmark said %q: %w", excerpt(text), err)
	}
	i := slices.IndexFunc(table, func(row []string) bool { return strings.EqualFold(row[0], test) })
	if i < 0 {
		return 0, fmt.Errorf("clients: redis-benchmark said %q: want a line for %s", excerpt(text),
			test)
	}
	rate, err := strconv.ParseFloat(table[i][1], 64)
	if err != nil {
		return 0, fmt.Errorf("clients: redis-benchmark, line %q: %w", table[i], err)
	}
	return rate, nil
}
