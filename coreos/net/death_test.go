package net

import (
	"errors"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"skerry/kernel"
)

// When a core dies, its flows are reset at their other ends, also idle ones, those of the other
// cores go on, and new ones go to them. The next life takes part again.
func TestFlowsOfDeadCoreAreReset(t *testing.T) {
	r := newRig(t, 4, static(), 0)
	for _, l := range r.lives[1:] {
		l.serve(80)
	}
	conns := map[byte][]net.Conn{}
	for range 24 {
		c, name := r.connect(machineIP, 80)
		conns[name] = append(conns[name], c)
	}
	r.kill(2)
	for _, c := range conns['2'] {
		r.expectReset(c)
	}
	for _, name := range []byte{'1', '3'} {
		for _, c := range conns[name] {
			r.converse(c, 10000)
		}
	}
	for range 12 {
		if _, name := r.connect(machineIP, 80); name == '2' {
			t.Fatal("a new flow went to the dead core")
		}
	}
	r.start(2).serve(80)
	await(t, "a flow to the core's next life", func() bool {
		_, name := r.connect(machineIP, 80)
		return name == '2'
	})
}

// When the core that has the card dies, and has flows itself, these are reset too: it has told the
// core that takes over, also if that one came later.
func TestFlowsOfDeadDriverAreReset(t *testing.T) {
	r := newRig(t, 3, static(), 0, 1)
	r.kill(1)
	r.lives[0].serve(80)
	before, _ := r.connect(machineIP, 80)
	r.start(1)
	after, _ := r.connect(machineIP6, 80)
	r.converse(before, 1000)
	r.lives[2].serve(81)
	other, _ := r.connect(machineIP, 81)
	await(t, "the heir to know the flows", func() bool {
		r.lives[1].os.Loop().Lock()
		defer r.lives[1].os.Loop().Unlock()
		return r.lives[1].node.wards.Count() == 2
	})
	r.kill(0)
	for _, c := range []net.Conn{before, after} {
		r.expectReset(c)
	}
	r.converse(other, 1000)
}

// expectReset waits until a connection is reset by the machine.
func (r *rig) expectReset(c net.Conn) {
	r.t.Helper()
	c.SetReadDeadline(time.Now().Add(patience))
	_, err := c.Read(make([]byte, 1))
	if err == nil || !strings.Contains(err.Error(), "reset by peer") {
		r.t.Fatalf("a flow of the dead core ended with %v: want a reset", err)
	}
}

// When the core that has the card dies, the next one takes it over; flows of the others go on, also
// those that were idle, and new ones come.
func TestCardIsTakenOver(t *testing.T) {
	r := newRig(t, 4, static(), 0, 1)
	for _, l := range r.lives[1:] {
		l.serve(80)
	}
	conns := map[byte]net.Conn{}
	await(t, "a connection to each core", func() bool {
		c, name := r.connect(machineIP, 80)
		conns[name] = c
		return len(conns) == 3
	})
	for heir := kernel.CoreID(1); heir < 3; heir++ {
		r.kill(heir - 1)
		delete(conns, '0'+byte(heir-1))
		for _, c := range conns {
			r.converse(c, 10000)
		}
		r.connect(machineIP, 80)
		if heir == 1 {
			r.drivers = []kernel.CoreID{0, 1}
			r.start(0)
		}
		if heir == 2 {
			await(t, "the first core has the card again", func() bool {
				r.mu.Lock()
				defer r.mu.Unlock()
				return r.holder == r.lives[0]
			})
		}
	}
}

// Connections within the machine reach the cores that listen, by its own addresses and by those of
// the loop; they end with the core at their other end, whichever it is.
func TestLoop(t *testing.T) {
	r := newRig(t, 4, static(), 0)
	r.lives[2].serve(80)
	r.lives[3].serve(80)
	await(t, "the machine's address", func() bool { return ready(r.lives[1]) })
	for _, at := range []string{"127.0.0.1:80", "[::1]:80", machineIP + ":80", "localhost:80"} {
		conns := map[byte]net.Conn{}
		await(t, "a connection to each core", func() bool {
			c, err := r.lives[1].net.Dial("tcp", at)
			if err != nil {
				return false // that they listen is not known yet
			}
			name := r.name(c)
			conns[name] = c
			return len(conns) == 2
		})
		r.converse(conns['2'], 1<<20)
		r.converse(conns['3'], 1<<20)
	}
	r.testLoopEnds()
}

func (r *rig) testLoopEnds() {
	var served net.Conn
	l, err := r.lives[1].net.Listen("tcp", ":81")
	if err != nil {
		r.t.Fatal(err)
	}
	var dialed net.Conn
	await(r.t, "a connection to a port that a core has just opened", func() bool {
		dialed, err = r.lives[2].net.Dial("tcp", "127.0.0.1:81")
		return err == nil
	})
	if served, err = l.Accept(); err != nil {
		r.t.Fatal(err)
	}
	dialed.Write([]byte("1"))
	r.name(served)
	var client net.Conn
	await(r.t, "a connection served by the core", func() bool {
		if client, err = r.lives[1].net.Dial("tcp", "127.0.0.1:80"); err != nil {
			r.t.Fatal(err)
		}
		return r.name(client) == '2'
	})
	r.kill(2)
	for _, c := range []net.Conn{served, client} {
		c.SetReadDeadline(time.Now().Add(patience))
		if _, err := c.Read(make([]byte, 1)); err == nil || errors.Is(err, os.ErrDeadlineExceeded) {
			r.t.Fatalf("a connection with the dead core ended with %v", err)
		}
	}
}

func ready(l *rigLife) bool {
	set, _ := own{l.node}.known()
	return len(set.Addresses) > 0
}
