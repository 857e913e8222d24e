// Package openloop asks a web server for a page at a constant rate, whatever the server does, and
// tells how long the answers took.
//
// A request has a time at which it is to be sent. Its latency counts from there, even if it is sent
// later because all connections wait for answers: a server that stands still for a second is not
// spared the requests of that second. (A client that waits for answers before it goes on leaves
// them out; that is known as coordinated omission.)
//
// The client is one thread that sleeps in ppoll, without allocation in its loop. For its own delays
// to be small next to what it measures, its caller gives it a priority that others on its CPU do
// not have: see [Command].
package openloop

import (
	"errors"
	"fmt"
	"net/netip"
	"time"

	"golang.org/x/sys/unix"

	"skerry/test/bench/histogram"
)

// Plan says what to send.
type Plan struct {
	Address     netip.AddrPort // of the server, IPv4
	Path        string
	Rate        int           // requests a second
	Connections int           // 1 to connectionsMax; each has one request under way
	Warm, Time  time.Duration // the answers of the first are not counted
}

// Result is what came of it. A request that failed, or had no answer in time, is in Failed; it is
// in Latency as well, with the time until that was known.
type Result struct {
	Latency histogram.Histogram
	Failed  int
}

// client is a run under way. Request number i is to be sent at start + i*interval.
type client struct {
	plan     Plan
	request  []byte
	interval time.Duration
	start    time.Time
	warm     int // so many requests are not counted
	all      int // so many are to be sent
	sent     int
	conns    []connection
	polled   []unix.PollFd
	result   *Result
}

// Run sends all requests and waits for their answers.
func (p Plan) Run() (*Result, error) {
	if err := p.check(); err != nil {
		return nil, err
	}
	rate := func(d time.Duration) int { return int(d.Seconds() * float64(p.Rate)) }
	c := &client{plan: p, request: []byte(fmt.Sprintf("GET %s HTTP/1.1\r\nHost: bench\r\n\r\n",
		p.Path)), interval: time.Second / time.Duration(p.Rate), warm: rate(p.Warm),
		all: rate(p.Warm + p.Time), conns: make([]connection, p.Connections),
		polled: make([]unix.PollFd, p.Connections), result: &Result{}}
	for i := range c.conns {
		c.conns[i].fd = -1
	}
	defer c.close()
	for i := range c.conns {
		if err := c.conns[i].open(p.Address); err != nil {
			return nil, err
		}
	}
	c.start = time.Now()
	return c.result, c.loop()
}

func (p Plan) check() error {
	switch {
	case !p.Address.Addr().Is4():
		return fmt.Errorf("openloop: address %v: want one of IPv4, and a port", p.Address)
	case p.Rate < 1 || p.Rate > rateMax:
		return fmt.Errorf("openloop: %d requests a second: want 1 to %d", p.Rate, rateMax)
	case p.Connections < 1 || p.Connections > connectionsMax:
		return fmt.Errorf("openloop: %d connections: want 1 to %d", p.Connections, connectionsMax)
	case p.Time <= 0 || p.Warm < 0 || p.Time+p.Warm > timeMax:
		return fmt.Errorf("openloop: %v after %v: want more than 0, and at most %v in all", p.Time,
			p.Warm, timeMax)
	}
	return nil
}

func (c *client) close() {
	for i := range c.conns {
		c.conns[i].close()
	}
}

// loop returns when each request has been answered or has failed. The last ones get patience.
func (c *client) loop() error {
	end := time.Duration(c.all)*c.interval + patience
	for now := time.Duration(0); ; now = time.Since(c.start) {
		c.send(now)
		busy := c.sent < c.all
		for i := range c.conns {
			c.polled[i] = c.conns[i].poll()
			busy = busy || c.conns[i].busy
		}
		switch {
		case !busy:
			return nil
		case now >= end:
			c.giveUp(now)
			return nil
		}
		if err := c.wait(c.wake(now, end) - now); err != nil {
			return err
		}
	}
}

// send sends what is due, as far as there are idle connections.
func (c *client) send(now time.Duration) {
	due := min(int(now/c.interval)+1, c.all)
	for i := range c.conns {
		if c.sent >= due {
			return
		}
		if !c.conns[i].busy {
			c.conns[i].number = c.sent
			c.sent++
			if err := c.conns[i].ask(c.request); err != nil {
				c.failed(&c.conns[i])
			}
		}
	}
}

// wake returns when there is something to do even if no answer comes.
func (c *client) wake(now, end time.Duration) time.Duration {
	if next := time.Duration(c.sent) * c.interval; c.sent < c.all && next > now {
		return next
	}
	return end // all is sent, or no connection is idle
}

// wait waits for answers and takes them.
func (c *client) wait(atMost time.Duration) error {
	limit := unix.NsecToTimespec(max(atMost, 0).Nanoseconds())
	_, err := unix.Ppoll(c.polled, &limit, nil)
	if err != nil && !errors.Is(err, unix.EINTR) {
		return fmt.Errorf("openloop: ppoll: %w", err)
	}
	for i := range c.polled {
		if err != nil || c.polled[i].Revents == 0 {
			continue
		}
		done, err := c.conns[i].answer()
		if err != nil {
			c.failed(&c.conns[i])
		} else if done {
			c.count(&c.conns[i])
		}
	}
	return nil
}

// count takes down how long the request of a connection has been due.
func (c *client) count(conn *connection) {
	conn.busy = false
	if conn.number >= c.warm {
		due := time.Duration(conn.number) * c.interval
		c.result.Latency.Add(time.Since(c.start) - due)
	}
}

// failed counts the request of a connection, and replaces the connection if that can be done: a
// server that is gone makes the requests to come fail as well.
func (c *client) failed(conn *connection) {
	c.count(conn)
	c.result.Failed++
	conn.close()
	conn.open(c.plan.Address)
}

// giveUp counts the requests that have no answer, and those that were never sent.
func (c *client) giveUp(now time.Duration) {
	for i := range c.conns {
		if c.conns[i].busy {
			c.count(&c.conns[i])
			c.result.Failed++
		}
	}
	for ; c.sent < c.all; c.sent++ {
		c.result.Latency.Add(now - time.Duration(c.sent)*c.interval)
		c.result.Failed++
	}
}
