// Package closedloop loads a server by connections that each ask as soon as they are answered, and
// tells how many answers came in each moment: how a server fares when something happens to it.
//
// A connection that fails is made anew at once, so that the load stays what it is.
package closedloop

import (
	"bufio"
	"net"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// Moment is how long each moment is.
	Moment = 10 * time.Millisecond

	// momentsMax bounds a run; what is answered later is not counted.
	momentsMax = 6000

	// patience is how long a connection waits for an answer, or to be made.
	patience = 5 * time.Second

	// pause is how long a connection waits before it tries again to be made.
	pause = time.Millisecond
)

// Protocol makes requests, and reads an answer. Number tells the requests of all connections apart.
type Protocol struct {
	Request func(number uint64) []byte
	Answer  func(*bufio.Reader) error
}

// Load is connections at work.
type Load struct {
	address  string
	protocol Protocol
	start    time.Time
	numbers  atomic.Uint64
	answers  [momentsMax]atomic.Uint64
	failed   atomic.Uint64
	over     atomic.Bool
	all      sync.WaitGroup
}

// Start starts so many connections.
func Start(address string, connections int, protocol Protocol) *Load {
	l := &Load{address: address, protocol: protocol, start: time.Now()}
	for range connections {
		l.all.Go(l.live)
	}
	return l
}

// Since returns the time since Start.
func (l *Load) Since() time.Duration { return time.Since(l.start) }

// Stop ends the connections, and returns what they saw.
func (l *Load) Stop() Timeline {
	l.over.Store(true)
	l.all.Wait()
	t := Timeline{Each: Moment, Failed: l.failed.Load()}
	for i := range min(int(l.Since()/Moment), momentsMax) {
		t.Answers = append(t.Answers, l.answers[i].Load())
	}
	return t
}

// live is one connection after the other. A request has failed if it was sent, perhaps in part,
// and the connection then ended.
func (l *Load) live() {
	for !l.over.Load() {
		c, err := net.DialTimeout("tcp", l.address, patience)
		if err != nil {
			time.Sleep(pause)
			continue
		}
		in := bufio.NewReader(c)
		for err == nil && !l.over.Load() {
			if err = l.ask(c, in); err != nil {
				l.failed.Add(1)
			}
		}
		c.Close()
	}
}

func (l *Load) ask(c net.Conn, in *bufio.Reader) error {
	c.SetDeadline(time.Now().Add(patience))
	if _, err := c.Write(l.protocol.Request(l.numbers.Add(1))); err != nil {
		return err
	}
	if err := l.protocol.Answer(in); err != nil {
		return err
	}
	if i := l.Since() / Moment; i < momentsMax {
		l.answers[i].Add(1)
	}
	return nil
}

// Timeline is what connections saw.
type Timeline struct {
	Each    time.Duration // how long a moment is
	Answers []uint64      // in each
	Failed  uint64
}

// Coarser returns the same in moments so many times as long, for servers that answer seldom.
func (t Timeline) Coarser(times int) Timeline {
	c := Timeline{Each: t.Each * time.Duration(times), Failed: t.Failed}
	for part := range slices.Chunk(t.Answers, times) {
		if len(part) == times {
			c.Answers = append(c.Answers, sum(part))
		}
	}
	return c
}

// Full is which part of the throughput before counts as all of it, and steady over how many moments
// it is to last.
const (
	full   = 0.9
	steady = 5
)

// Recovery returns how long after an event, at a time since Start, the throughput was back at what
// it was before: the time until a moment with nine tenths of it begins, with which begin five that
// have as much on average. False: it never was.
func (t Timeline) Recovery(event time.Duration) (time.Duration, bool) {
	first := int(event / t.Each) // the moment of the event counts to neither side
	if first < 1 || first >= len(t.Answers) {
		return 0, false
	}
	want := full * mean(t.Answers[first/2:first])
	for i := first + 1; i+steady <= len(t.Answers); i++ {
		if float64(t.Answers[i]) >= want && mean(t.Answers[i:i+steady]) >= want {
			return max(time.Duration(i)*t.Each-event, 0), true
		}
	}
	return 0, false
}

// Mean returns the answers a second between two times since Start.
func (t Timeline) Mean(from, to time.Duration) float64 {
	return mean(t.Answers[from/t.Each:to/t.Each]) / t.Each.Seconds()
}

func mean(counts []uint64) float64 { return float64(sum(counts)) / float64(len(counts)) }

func sum(counts []uint64) (sum uint64) {
	for c := range slices.Values(counts) {
		sum += c
	}
	return sum
}
